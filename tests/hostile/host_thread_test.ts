import { assert, assertEquals, assertLess } from "@std/assert";
import type { HostThreadReport } from "./host_thread_process.ts";

/**
 * The aim is 10 ms, and `deno task bench host` has the figure. Collecting
 * garbage and cold code come on top of it, and other tests share the caches:
 * the same work then takes twice the processor time. Without the slices each
 * class of case takes hundreds.
 */
const MOST_WORKED_MS = 100;

Deno.test("No module, answer or output holds up the host's event loop", async () => {
  const program = new URL("./host_thread_process.ts", import.meta.url);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--expose-gc", program.pathname],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(code, 0, decode(stderr));
  const reports: HostThreadReport[] = decode(stdout).trim().split("\n")
    .map((line) => JSON.parse(line));
  assert(reports.length > 100, `${reports.length} cases`);
  for (const report of reports) {
    const seen = JSON.stringify(report);
    assertLess(report.workedMs, MOST_WORKED_MS, seen);
    assert(!/WorkerLost|SandboxClosed/.test(report.outcome), seen);
  }
});
