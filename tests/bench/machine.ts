/** What a measurement was made on. */

/** The machine and the versions. */
export interface Machine {
  readonly date: string;
  readonly cores: number;
  readonly cpu: string;
  readonly os: string;
  readonly deno: string;
  readonly v8: string;
  /** Other work at the start: runnable threads over the last minute. */
  readonly load: number;
  /** How many other processes compute all the time, for the measurement. */
  readonly busy: number;
}

/** Describes this one. */
export function describeMachine(): Omit<Machine, "busy"> {
  return {
    date: new Date().toISOString(),
    cores: navigator.hardwareConcurrency,
    cpu: cpuModel(),
    os: `${Deno.build.os} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    load: Deno.loadavg()[0] ?? NaN,
  };
}

function cpuModel(): string {
  try {
    const text = Deno.readTextFileSync("/proc/cpuinfo");
    return /^model name\s*:\s*(.+)$/m.exec(text)?.[1] ?? "unknown";
  } catch {
    return "unknown";
  }
}
