/** A process as it is seen from outside. */

/** Processor time by now, in milliseconds, of all of its threads. */
export function cpuMs(pid: number): number {
  const stat = read(pid, "stat");
  // The name of the program is in brackets, and may be anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  return ticks * MS_PER_TICK;
}

/** The most memory that it had, in MiB. */
export function peakMiB(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(read(pid, "status")) ?? [];
  return Number(kib ?? 0) / 1_024;
}

/** Of every Linux that Deno runs on. */
const MS_PER_TICK = 10;

/** Nothing where it has ended. */
function read(pid: number, file: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${file}`);
  } catch {
    return "";
  }
}
