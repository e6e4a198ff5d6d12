import { assertEquals } from "@std/assert";
import { soak } from "./soak.ts";

Deno.test("A short soak has no wrong answer, no lost call and no lost worker", async () => {
  const report = await soak({ calls: 4_000, kills: 80, inFlight: 32 });
  assertEquals(report.wrong, []);
  assertEquals(report.calls, 4_000);
  assertEquals(report.killed, 80);
  assertEquals(report.lostWorkers, 0);
});
