import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { NATS_SERVER } from "../adapters/nats/nats_server.ts";
import { soakNats } from "./soak_nats.ts";

Deno.test({
  name:
    "Calls end once while services are killed, drained and added; only those of the killed one fail",
  ignore: NATS_SERVER === undefined || Deno.build.os === "windows",
  async fn() {
    const report = await soakNats(10_000);
    assertEquals(report.calls, 10_000);
    assertEquals(report.wrong, 0);
    assertEquals(report.answeredTwice, 0);
    assertEquals(report.failedElse, []);
    assertEquals(report.drainedCode, 0);
    assertStringIncludes(report.drainedText, "drained");
    const { WorkerLost: lost = 0, ...others } = report.failedBefore;
    assertEquals(others, {});
    assert(lost <= 32, `${lost} lost`);
    assertEquals(report.answered + lost, 10_000);
  },
});
