/**
 * Connects to a destination. A host that the grant does not name is looked up
 * here, every address is checked, and the connection goes to a checked address,
 * which prevents DNS rebinding.
 *
 * A host that the grant names is connected to by name, because Deno checks a
 * permission for a name only against a name.
 */

import { countMemory, LookUps } from "../../channel/look_ups.ts";
import { isAddress, whyNotPublic } from "../policy/address_policy.ts";
import { closeRaw, type RawConnection } from "./connection.ts";
import type { Destination } from "../policy/host_policy.ts";
import { NameSlots } from "./name_slots.ts";
import { denied, Refusal, unreachable } from "../policy/refusal.ts";
import { quote } from "../../quote.ts";
import { encrypted } from "./tls.ts";

/** Connects, or fails with a refusal. */
export type Dial = (
  destination: Destination,
  signal: AbortSignal,
) => Promise<RawConnection>;

/** The system functions for dialling; tests provide their own. */
export interface DialSystem {
  /** Resolves all addresses of a name. */
  readonly resolve: (
    name: string,
    signal: AbortSignal,
  ) => Promise<readonly string[]>;
  readonly connect: (
    options: Deno.ConnectOptions,
  ) => Promise<RawConnection>;
  readonly encrypt: (
    connection: RawConnection,
    host: string,
    signal: AbortSignal,
  ) => Promise<RawConnection>;
}

/** The real system. */
export const DENO_SYSTEM: DialSystem = {
  resolve: async (name, signal) => {
    const kinds = ["A", "AAAA"] as const;
    const found = await Promise.allSettled(
      kinds.map((kind) => Deno.resolveDns(name, kind, { signal })),
    );
    return found.flatMap((one) => one.status === "fulfilled" ? one.value : []);
  },
  connect: (options) => Deno.connect(options),
  encrypt: encrypted,
};

/** Timeouts for looking up a name and for connecting to an address. */
const LOOK_UP_MS = 10_000;
const CONNECT_MS = 20_000;
/** How long an aborted connection may still take to be made. */
const LATE_MS = 100;

/** State shared by all dialling. */
interface Dialling {
  readonly system: DialSystem;
  readonly slots: NameSlots;
}

/**
 * Creates a dial function.
 *
 * @param lookUps The look-up counters; by default private to this function.
 */
export function dialWith(
  system: DialSystem,
  lookUps: LookUps = new LookUps({
    process: countMemory(),
    own: countMemory(),
  }),
): Dial {
  const dialling = { system, slots: new NameSlots(lookUps) };
  return async (destination, signal) => {
    const addresses = await addressesOf(destination, system, signal);
    let failure: unknown;
    for (const hostname of addresses) {
      signal.throwIfAborted();
      try {
        return await dialAddress(hostname, destination, dialling, signal);
      } catch (error) {
        failure = error;
      }
    }
    signal.throwIfAborted();
    throw toRefusal(destination, failure);
  };
}

async function dialAddress(
  hostname: string,
  { host, port, isTls }: Destination,
  { system, slots }: Dialling,
  signal: AbortSignal,
): Promise<RawConnection> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)]);
  const connection = isAddress(hostname)
    ? await connectTo({ hostname, port }, system, inTime)
    : await slots.run(
      hostname,
      inTime,
      () => system.connect({ hostname, port }),
      (late) => closeRaw(late),
    );
  if (!isTls) return connection;
  return await system.encrypt(connection, host, inTime);
}

/**
 * Connects to an address. Deno never closes a socket whose connection is made
 * at the moment when it is aborted: so it is aborted late, and closed if it was
 * made by then.
 */
async function connectTo(
  address: { readonly hostname: string; readonly port: number },
  system: DialSystem,
  signal: AbortSignal,
): Promise<RawConnection> {
  signal.throwIfAborted();
  const abort = new AbortController();
  const connecting = system.connect({ ...address, signal: abort.signal });
  try {
    return await Promise.race([connecting, aborted(signal)]);
  } catch (error) {
    if (signal.aborted) {
      const timer = setTimeout(() => abort.abort(), LATE_MS);
      connecting.then(closeRaw, () => {})
        .finally(() => clearTimeout(timer));
    }
    throw error;
  }
}

async function addressesOf(
  { host, isNamed }: Destination,
  system: DialSystem,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (isNamed || isAddress(host)) return [host];
  const addresses = await lookUp(host, system, signal);
  for (const address of addresses) {
    const why = whyNotPublic(address);
    if (why !== undefined) {
      throw denied(
        `Host ${
          quote(host)
        } resolves to an address that is not public (${why})`,
      );
    }
  }
  return addresses;
}

/** Looks up a name in a way that can be aborted, and holds no thread. */
async function lookUp(
  host: string,
  system: DialSystem,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(LOOK_UP_MS)]);
  const found = await Promise.race([
    system.resolve(host, inTime),
    aborted(inTime),
  ]).catch(() => []);
  signal.throwIfAborted();
  if (found.length === 0) {
    throw unreachable(`Host ${quote(host)} has no address`);
  }
  return found;
}

function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  else {
    signal.addEventListener("abort", () => reject(signal.reason), {
      once: true,
    });
  }
  return promise;
}

function toRefusal(to: Destination, error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return unreachable(
    `Cannot connect to ${quote(to.host)} at port ${to.port}: ${whyNot(error)}`,
  );
}

/** Our own message, as the system's may contain an address. */
function whyNot(error: unknown): string {
  const kinds: readonly (readonly [new (message: string) => Error, string])[] =
    [
      [Deno.errors.ConnectionRefused, "the connection was refused"],
      [Deno.errors.ConnectionReset, "the connection was reset"],
      [Deno.errors.TimedOut, "nothing answered in time"],
      [Deno.errors.NotCapable, "this process may not connect there"],
    ];
  if ((error as Error | undefined)?.name === "TimeoutError") {
    return "nothing answered in time";
  }
  return kinds.find(([kind]) => error instanceof kind)?.[1] ??
    "it can't be reached";
}
