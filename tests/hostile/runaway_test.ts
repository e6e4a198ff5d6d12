import { assertEquals, assertLess } from "@std/assert";
import { hostileCases } from "./hostile_case.ts";
import type { RunawayReport } from "./runaway_process.ts";

const CASES = hostileCases(
  "loop_",
  "tail_calls",
  "swallow_",
  "recursion_",
  "fill_storm",
  "copy_in_loop",
  "table_fill_in_loop",
);
/** The figure itself belongs to the benchmark; this only bounds it. */
const LATE_MS = 1000;

Deno.test("Every runaway is stopped in time, keeps its worker and leaves the process idle", async () => {
  const program = new URL("./runaway_process.ts", import.meta.url);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program.pathname, ...CASES.map(({ name }) => name)],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  // It ends although nothing was closed, and only by itself.
  assertEquals(code, 0, decode(stderr));
  const reports: RunawayReport[] = decode(stdout).trim().split("\n")
    .map((line) => JSON.parse(line));
  assertEquals(reports.map(({ name }) => name), CASES.map(({ name }) => name));
  reports.forEach((report, index) => {
    const { outcome } = CASES[index]!;
    const seen = JSON.stringify(report);
    assertEquals(report.kinds, [outcome, outcome, outcome], seen);
    assertLess(report.lateMs, LATE_MS, seen);
    assertEquals(report.lostWorkers, 0, seen);
    // An endless loop that went on would take all of a core.
    assertLess(report.busy, 0.2, seen);
  });
});
