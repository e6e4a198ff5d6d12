/** Keep-alive connections. */

import { Connection } from "./connection.ts";
import type { Dial } from "./dial.ts";
import type { Destination } from "../policy/host_policy.ts";

/** How long an idle connection is kept: less than servers usually do. */
const IDLE_MS = 4_000;
const MAX_IDLE = 32;

/** A connection, and whether it has been used before. */
export interface PooledConnection {
  readonly connection: Connection;
  readonly isReused: boolean;
}

interface Idle {
  readonly key: string;
  readonly connection: Connection;
  readonly since: number;
}

/**
 * Provides connections. A kept one went to a checked address, so its name need
 * not be looked up again.
 */
export class ConnectionPool {
  readonly #dial: Dial;
  /** Idle connections, the most recently used last. */
  #idle: Idle[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(dial: Dial) {
    this.#dial = dial;
  }

  /** A connection to a destination; a new one if requested. */
  async take(
    destination: Destination,
    mustBeFresh: boolean,
    signal: AbortSignal,
  ): Promise<PooledConnection> {
    const key = keyOf(destination);
    const index = mustBeFresh
      ? -1
      : this.#idle.findLastIndex((one) => one.key === key);
    if (index >= 0) {
      const [{ connection }] = this.#idle.splice(index, 1) as [Idle];
      return { connection, isReused: true };
    }
    const raw = await this.#dial(destination, signal);
    return { connection: new Connection(raw), isReused: false };
  }

  /** Keeps an idle connection. */
  keep(destination: Destination, connection: Connection): void {
    const key = keyOf(destination);
    this.#idle.push({ key, connection, since: performance.now() });
    if (this.#idle.length > MAX_IDLE) this.#idle.shift()!.connection.close();
    this.#timer ??= setTimeout(() => this.#sweep(), IDLE_MS);
  }

  /** Closes all idle connections. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { connection } of this.#idle.splice(0)) connection.close();
  }

  #sweep(): void {
    this.#timer = undefined;
    const oldest = performance.now() - IDLE_MS;
    const [late, kept] = [[] as Idle[], [] as Idle[]];
    for (const one of this.#idle) {
      (one.since <= oldest ? late : kept).push(one);
    }
    for (const { connection } of late) connection.close();
    this.#idle = kept;
    if (kept.length === 0) return;
    const next = kept[0]!.since + IDLE_MS - performance.now();
    this.#timer = setTimeout(() => this.#sweep(), next);
  }
}

/** Hosts granted by name and hosts that were looked up are kept apart. */
function keyOf({ host, port, isTls, isNamed }: Destination): string {
  return `${isTls ? "https" : "http"} ${host} ${port} ${isNamed}`;
}
