/** A process and those that it started, as they are seen from outside. */

/** Processor time by now, in milliseconds, of all of their threads. */
export function cpuMs(pid: number): number {
  return family(pid).reduce((sum, one) => sum + ownCpuMs(one), 0);
}

/** The most memory that each of them had, in MiB. */
export function peakMiB(pid: number): number {
  return family(pid).reduce((sum, one) => sum + ownPeakMiB(one), 0);
}

function ownCpuMs(pid: number): number {
  const stat = read(pid, "stat");
  // The name of the program is in brackets, and may be anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  return ticks * MS_PER_TICK;
}

function ownPeakMiB(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(read(pid, "status")) ?? [];
  return Number(kib ?? 0) / 1_024;
}

/** A process, and all that descend from it. */
export function family(pid: number): number[] {
  const children = threads(pid)
    .flatMap((thread) => read(pid, `task/${thread}/children`).split(" "))
    .filter((one) => one.trim() !== "").map(Number);
  return [pid, ...children.flatMap(family)];
}

function threads(pid: number): string[] {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => name);
  } catch {
    return [];
  }
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
