// deno-lint-ignore-file no-console
/**
 * Compiles a file on V8's own threads, where functions are optimized in a
 * sandbox too, and prints how much memory the process took for it, and how much
 * CPU time.
 */

import process from "node:process";

const MIB = 1024 * 1024;

/** The most that the process ever had, in MiB. */
function peakMiB(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}

if (import.meta.main) {
  const bytes = Deno.readFileSync(Deno.args[0]!);
  const before = Deno.memoryUsage().rss / MIB;
  const cpu = process.cpuUsage();
  const module = await WebAssembly.compile(bytes);
  const grown = Math.max(1, Math.round(peakMiB() - before));
  const { user, system } = process.cpuUsage(cpu);
  console.log(`grew by ${grown} MiB in ${user + system} μs`, String(module));
}
