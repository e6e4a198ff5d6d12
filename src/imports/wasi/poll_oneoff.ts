import { Errno, errnoFrom } from "./errno.ts";
import { fail } from "../../fs/error_code.ts";
import { timeOf } from "./clocks.ts";
import { Clockid, Eventtype, Subclockflags } from "./flags.ts";
import { Rights } from "./rights.ts";
import type { WasiContext } from "./wasi_context.ts";

const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
/** The most that a guest may wait for at once. */
const MAX_SUBSCRIPTIONS = 4096;

/** What happened, before it is written as an event. */
interface Event {
  readonly userdata: bigint;
  readonly type: number;
  readonly errno: number;
}

/** A clock that a guest waits for. */
interface Alarm {
  readonly userdata: bigint;
  /** Nanoseconds until it rings, counted from `sinceMs`. */
  readonly delay: bigint;
}

/** Waiting. */
export const pollFunctions = {
  /**
   * Files and streams are always ready, as far as the layer knows: a read of
   * standard input that has nothing yet waits for it, and ends at the stop.
   *
   * ```text
   *   subscription, 48 bytes
   *   0          8     16           24        32          40      42
   *   ┌──────────┬─────┬────────────┬─────────┬───────────┬───────┬─────
   *   │ userdata │ tag │ clock id   │ timeout │ precision │ flags │ 0 …
   *   └──────────┴─────┴────────────┴─────────┴───────────┴───────┴─────
   *                    │ or fd      │
   *   event, 32 bytes
   *   0          8       10     16       24
   *   ┌──────────┬───────┬──────┬────────┬───────────
   *   │ userdata │ error │ type │ nbytes │ flags, 0 …
   *   └──────────┴───────┴──────┴────────┴───────────
   * ```
   */
  poll_oneoff(
    context: WasiContext,
    input: number,
    output: number,
    count: number,
    happened: number,
  ): void {
    if (count === 0 || count >>> 0 > MAX_SUBSCRIPTIONS) fail("EINVAL");
    context.memory.bytes(input, count * SUBSCRIPTION_BYTES);
    context.memory.bytes(output, count * EVENT_BYTES);
    const { events, alarms } = readSubscriptions(context, input >>> 0, count);
    if (events.length === 0) events.push(...waitFor(context, alarms));
    events.forEach((event, index) =>
      writeEvent(context, (output >>> 0) + index * EVENT_BYTES, event)
    );
    context.memory.setU32(happened, events.length);
  },
};

function readSubscriptions(
  context: WasiContext,
  input: number,
  count: number,
): { events: Event[]; alarms: Alarm[] } {
  const events: Event[] = [];
  const alarms: Alarm[] = [];
  for (let i = 0; i < count; i++) {
    const at = input + i * SUBSCRIPTION_BYTES;
    const userdata = context.memory.getU64(at);
    const type = context.memory.getU8(at + 8);
    const errno = errnoFrom(() => {
      if (type === Eventtype.CLOCK) {
        alarms.push({ userdata, delay: delayOf(context, at) });
      } else checkReady(context, type, context.memory.getU32(at + 16));
    });
    if (type !== Eventtype.CLOCK || errno !== Errno.SUCCESS) {
      events.push({ userdata, type, errno });
    }
  }
  return { events, alarms };
}

/** Nanoseconds from now until a subscribed clock shows its time. */
function delayOf(context: WasiContext, at: number): bigint {
  const { memory } = context;
  const id = memory.getU32(at + 16);
  if (id !== Clockid.REALTIME && id !== Clockid.MONOTONIC) fail("EINVAL");
  const timeout = memory.getU64(at + 24);
  const absolute = (memory.getU16(at + 40) & Subclockflags.ABSTIME) !== 0;
  if (!absolute) return timeout;
  const delay = timeout - timeOf(context, id);
  return delay > 0n ? delay : 0n;
}

function checkReady(
  { descriptors }: WasiContext,
  type: number,
  fd: number,
): void {
  if (type !== Eventtype.FD_READ && type !== Eventtype.FD_WRITE) {
    fail("EINVAL");
  }
  const right = type === Eventtype.FD_READ ? Rights.FD_READ : Rights.FD_WRITE;
  const { rightsBase } = descriptors.get(fd, 0);
  const either = right | Rights.POLL_FD_READWRITE;
  if ((rightsBase & either) === 0) fail("ENOTCAPABLE");
}

/** Sleeps until the first alarm; all that ring by then have happened. */
function waitFor({ stop }: WasiContext, alarms: Alarm[]): Event[] {
  const started = performance.now();
  const first = alarms.reduce(
    (least, { delay }) => delay < least ? delay : least,
    1n << 64n,
  );
  const untilMs = started + Number(first) / 1e6;
  for (;;) {
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0) break;
    stop.sleep(leftMs);
  }
  const passed = BigInt(Math.trunc((performance.now() - started) * 1e6));
  return alarms
    .filter(({ delay }) => delay <= passed || delay === first)
    .map(({ userdata }) => ({
      userdata,
      type: Eventtype.CLOCK,
      errno: Errno.SUCCESS,
    }));
}

function writeEvent({ memory }: WasiContext, at: number, event: Event): void {
  memory.bytes(at, EVENT_BYTES).fill(0);
  memory.setU64(at, event.userdata);
  memory.setU16(at + 8, event.errno);
  memory.setU8(at + 10, event.type);
  const ready = event.type !== Eventtype.CLOCK && event.errno === Errno.SUCCESS;
  memory.setU64(at + 16, ready ? 1n : 0n);
}
