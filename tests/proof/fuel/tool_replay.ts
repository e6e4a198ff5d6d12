import type { GuestRun } from "../../prepare/guest_run.ts";

/** The clock that the recording's host had. */
const CLOCK = 1_000_000_000n;
const NOT_SUPPORTED = 52;

/** The same host as the recording's: no arguments, one time, zeros. */
export function recordedHost(
  memory: () => WebAssembly.Memory,
): Record<string, Record<string, unknown>> {
  const view = () => new DataView(memory().buffer);
  const sizes = (count: number, size: number) => {
    view().setUint32(count, 0, true);
    view().setUint32(size, 0, true);
    return 0;
  };
  return {
    wasi_snapshot_preview1: {
      args_sizes_get: sizes,
      environ_sizes_get: sizes,
      args_get: () => 0,
      environ_get: () => 0,
      clock_time_get: (_clock: number, _precision: bigint, at: number) => {
        view().setBigUint64(at, CLOCK, true);
        return 0;
      },
      random_get: (at: number, length: number) => {
        new Uint8Array(memory().buffer, at, length).fill(0);
        return 0;
      },
      sched_yield: () => 0,
      fd_write: () => NOT_SUPPORTED,
      poll_oneoff: () => NOT_SUPPORTED,
      proc_exit: () => {
        throw new Error("exit");
      },
    },
  };
}

/** Calls a tool as the recording did; what each call spent, and all answers. */
export function replayTool(
  guest: GuestRun,
  inputs: readonly string[],
): { started: bigint; spent: [string, bigint][]; answers: string[] } {
  const counter = guest
    .exports[guest.info.fuelExport!] as unknown as WebAssembly.Global;
  const spent: [string, bigint][] = [];
  const spend = (name: string, ...args: number[]): unknown => {
    const before = counter.value as bigint;
    const result = guest.exports[name]!(...args);
    spent.push([name, (counter.value as bigint) - before]);
    return result;
  };
  const bytes = (at: number, length: number) =>
    new Uint8Array(guest.memories[0]!.buffer, at >>> 0, length);
  const answer = (result: unknown): string => {
    const [at, length] = typeof result === "bigint"
      ? [Number(result >> 32n), Number(result & 0xffffffffn)]
      : result as [number, number];
    return new TextDecoder().decode(bytes(at, length));
  };
  const { startExport } = guest.info;
  const first = counter.value as bigint;
  if (startExport !== undefined) guest.exports[startExport]!();
  const started = (counter.value as bigint) - first +
    BigInt(guest.info.startFuel);
  if ("_initialize" in guest.exports) spend("_initialize");
  const answers = [answer(spend("__tool_schema"))];
  for (const input of inputs) {
    const data = new TextEncoder().encode(input);
    const at = spend("__tool_alloc", data.length) as number;
    bytes(at, data.length).set(data);
    answers.push(answer(spend("__tool_execute", at, data.length)));
  }
  return { started, spent, answers };
}
