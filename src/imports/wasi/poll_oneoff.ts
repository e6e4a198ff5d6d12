/** The WASI function `poll_oneoff`. */

import { Errno, errnoFrom } from "./errno.ts";
import { fail } from "../../fs/error_code.ts";
import { timeOf } from "./clocks.ts";
import { Clockid, Eventtype, Subclockflags } from "./flags.ts";
import { Rights } from "./rights.ts";
import type { WasiContext } from "./wasi_context.ts";

/** The field offsets of a subscription, in bytes. */
export interface SubscriptionLayout {
  readonly bytes: number;
  readonly clockId: number;
  readonly timeout: number;
  readonly clockFlags: number;
}

const PREVIEW1: SubscriptionLayout = {
  bytes: 48,
  clockId: 16,
  timeout: 24,
  clockFlags: 40,
};
/** The offset of the descriptor number in a subscription. */
const FD_AT = 16;
const EVENT_BYTES = 32;
/** The maximum number of subscriptions. */
const MAX_SUBSCRIPTIONS = 4096;

/** An event before it is encoded. */
interface Event {
  readonly userdata: bigint;
  readonly type: number;
  readonly errno: number;
}

/** A clock that a guest waits for. */
interface Alarm {
  readonly userdata: bigint;
  /** Nanoseconds until it rings. */
  readonly delay: bigint;
}

/** Waiting. */
export const pollFunctions = {
  /**
   * Files and streams always count as ready: a read of standard input without
   * data blocks, and ends at a stop.
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
    poll(context, PREVIEW1, input, output, count, happened);
  },
};

/** Polls subscriptions in either layout. */
export function poll(
  context: WasiContext,
  layout: SubscriptionLayout,
  input: number,
  output: number,
  count: number,
  happened: number,
): void {
  if (count === 0 || count >>> 0 > MAX_SUBSCRIPTIONS) fail("EINVAL");
  context.memory.bytes(input, count * layout.bytes);
  context.memory.bytes(output, count * EVENT_BYTES);
  const at = input >>> 0;
  const { events, alarms } = readSubscriptions(context, layout, at, count);
  if (events.length === 0) events.push(...waitFor(context, alarms));
  events.forEach((event, index) =>
    writeEvent(context, (output >>> 0) + index * EVENT_BYTES, event)
  );
  context.memory.setU32(happened, events.length);
}

function readSubscriptions(
  context: WasiContext,
  layout: SubscriptionLayout,
  input: number,
  count: number,
): { events: Event[]; alarms: Alarm[] } {
  const events: Event[] = [];
  const alarms: Alarm[] = [];
  for (let i = 0; i < count; i++) {
    const at = input + i * layout.bytes;
    const userdata = context.memory.getU64(at);
    const type = context.memory.getU8(at + 8);
    const errno = errnoFrom(() => {
      if (type === Eventtype.CLOCK) {
        alarms.push({ userdata, delay: delayOf(context, layout, at) });
      } else checkReady(context, type, context.memory.getU32(at + FD_AT));
    });
    if (type !== Eventtype.CLOCK || errno !== Errno.SUCCESS) {
      events.push({ userdata, type, errno });
    }
  }
  return { events, alarms };
}

/** Nanoseconds until a subscribed clock reaches its time. */
function delayOf(
  context: WasiContext,
  layout: SubscriptionLayout,
  at: number,
): bigint {
  const { memory } = context;
  const id = memory.getU32(at + layout.clockId);
  if (id !== Clockid.REALTIME && id !== Clockid.MONOTONIC) fail("EINVAL");
  const timeout = memory.getU64(at + layout.timeout);
  const flags = memory.getU16(at + layout.clockFlags);
  const absolute = (flags & Subclockflags.ABSTIME) !== 0;
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

/** Sleeps until the first alarm; returns all alarms due by then. */
function waitFor({ clock, stop }: WasiContext, alarms: Alarm[]): Event[] {
  const first = alarms.reduce(
    (least, { delay }) => delay < least ? delay : least,
    1n << 64n,
  );
  const passed = clock.wait(first, stop);
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
