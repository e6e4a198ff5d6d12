/**
 * TLS handshakes that were given up. Deno keeps the socket of such a one open
 * until the other side ends it, so there must not be many: a guest with a
 * server of its own could otherwise use up the process's file descriptors.
 */

import type { Destination } from "../policy/host_policy.ts";
import { unreachable } from "../policy/refusal.ts";
import { quote } from "../../quote.ts";

/** How many are borne with at a time, of one destination and of all. */
const MAX_OF_ONE = 8;
const MAX_OF_ALL = 128;
/** After that time, a socket counts as closed. */
const FORGOTTEN_MS = 10 * 60_000;

/** Counts them, the oldest first. */
export class StalledHandshakes {
  #given: { readonly key: string; readonly at: number }[] = [];

  /** @throws {Refusal} when there are too many already. */
  check(to: Destination): void {
    const since = performance.now() - FORGOTTEN_MS;
    this.#given = this.#given.filter(({ at }) => at > since);
    const key = keyOf(to);
    const ofOne = this.#given.filter((one) => one.key === key).length;
    if (ofOne < MAX_OF_ONE && this.#given.length < MAX_OF_ALL) return;
    throw unreachable(
      `Host ${
        quote(to.host)
      } can't be reached: too many handshakes did not end`,
    );
  }

  /** Counts one. */
  add(to: Destination): void {
    this.#given.push({ key: keyOf(to), at: performance.now() });
  }
}

function keyOf({ host, port }: Destination): string {
  return `${host} ${port}`;
}
