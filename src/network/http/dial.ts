/**
 * Connects to a destination. What the grant does not name is looked up here,
 * every address is checked, and the connection goes to a checked address: a
 * name that resolves to something else a moment later changes nothing.
 *
 * A host that the grant names is connected to by that name, because Deno
 * checks a permission for a name only against a name.
 */

import { isAddress, whyNotPublic } from "../policy/address_policy.ts";
import type { RawConnection } from "./connection.ts";
import type { Destination } from "../policy/host_policy.ts";
import { denied, Refusal, unreachable } from "../policy/refusal.ts";
import { quote } from "../../quote.ts";
import { StalledHandshakes } from "./stalled_handshakes.ts";

/** Connects, or fails with a refusal. */
export type Dial = (
  destination: Destination,
  signal: AbortSignal,
) => Promise<RawConnection>;

/** What dialling needs of the system; tests have their own. */
export interface DialSystem {
  /** All addresses of a name. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
  readonly connect: (
    options: Deno.ConnectOptions,
  ) => Promise<Deno.TcpConn>;
  readonly startTls: (
    connection: Deno.TcpConn,
    hostname: string,
  ) => Promise<TlsConnection>;
}

/** A connection whose handshake may not be over. */
export interface TlsConnection extends RawConnection {
  handshake(): Promise<unknown>;
}

/** The system as it is. */
export const DENO_SYSTEM: DialSystem = {
  resolve: async (name) => {
    // Loaded only where names are looked up: for `true` and wildcards. It asks
    // the system as connecting does, with its hosts file.
    const { promises } = await import("node:dns");
    const found = await promises.lookup(name, { all: true });
    return found.map(({ address }) => address);
  },
  connect: (options) => Deno.connect(options),
  startTls: (connection, hostname) =>
    Deno.startTls(connection, { hostname, alpnProtocols: ["http/1.1"] }),
};

/** Makes a way to connect. */
export function dialWith(system: DialSystem): Dial {
  const stalled = new StalledHandshakes();
  return async (destination, signal) => {
    if (destination.isTls) stalled.check(destination);
    const addresses = await addressesOf(destination, system, signal);
    let failure: unknown;
    for (const hostname of addresses) {
      signal.throwIfAborted();
      try {
        const { port } = destination;
        const connection = await system.connect({ hostname, port, signal });
        if (!destination.isTls) return connection;
        const given = () => stalled.add(destination);
        const { host } = destination;
        return await encrypt(connection, host, system, signal, given);
      } catch (error) {
        failure = error;
      }
    }
    signal.throwIfAborted();
    throw toRefusal(destination, failure);
  };
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

/** Looking up can't be cancelled, but it need not be waited for. */
async function lookUp(
  host: string,
  system: DialSystem,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found = system.resolve(host).catch(() => []);
  const addresses = await Promise.race([found, aborted(signal)]);
  if (addresses.length === 0) {
    throw unreachable(`Host ${quote(host)} has no address`);
  }
  return addresses;
}

/** @param given Called when the handshake is given up before its end. */
async function encrypt(
  connection: Deno.TcpConn,
  host: string,
  system: DialSystem,
  signal: AbortSignal,
  given: () => void,
): Promise<RawConnection> {
  const tls = await system.startTls(connection, host);
  const abort = () => {
    given();
    tls.close();
  };
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    await tls.handshake();
    return tls;
  } catch (error) {
    if (!signal.aborted) tls.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
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
  const why = error instanceof Error ? error.message : "unknown";
  return unreachable(
    `Cannot connect to ${quote(to.host)} at port ${to.port}: ${
      why.slice(0, 200)
    }`,
  );
}
