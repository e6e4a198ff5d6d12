// deno-lint-ignore-file no-console
/**
 * Loads modules in a process of its own, and prints as JSON what that took:
 * the milliseconds of each, and how much higher its memory was than before.
 *
 *     deno run -A tests/bench/load_process.ts CACHE|- FILE...
 */

import { ToolSandbox } from "../../mod.ts";

/** What a process prints. */
export interface LoadReport {
  readonly ms: readonly number[];
  readonly peakBytes: number;
}

if (import.meta.main) {
  const [cache = "-", ...files] = Deno.args;
  const before = statusBytes("VmRSS");
  // From here on, the kernel notes the peak anew.
  Deno.writeTextFileSync("/proc/self/clear_refs", "5");
  const ms: number[] = [];
  for (const file of files) {
    await using sandbox = new ToolSandbox(
      cache === "-" ? {} : { cacheDirectory: cache },
    );
    const start = performance.now();
    await sandbox.loadModule(file);
    ms.push(performance.now() - start);
  }
  const peakBytes = statusBytes("VmHWM") - before;
  console.log(JSON.stringify({ ms, peakBytes } satisfies LoadReport));
}

function statusBytes(name: string): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)![1]) * 1024;
}
