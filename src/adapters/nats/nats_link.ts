/**
 * The required interface of a connection, independent of the version of the
 * NATS client.
 */

import type { NatsConnection } from "@nats-io/transport-node";

/**
 * A connection to a NATS server, as created by `connect` of
 * `@nats-io/transport-node`.
 */
export interface NatsLink {
  /** Sends a message. */
  publish(
    subject: string,
    data?: Uint8Array | string,
    options?: { readonly reply?: string },
  ): void;
  /** Subscribes to messages. */
  subscribe(subject: string, options?: object): unknown;
  /** Resolves when the server has processed everything sent. */
  flush(): Promise<void>;
  /** The round-trip time to the server, in milliseconds. */
  rtt(): Promise<number>;
  /** Resolves when it is permanently closed. */
  closed(): Promise<void | Error>;
  /** Whether it is permanently closed. */
  isClosed(): boolean;
}

/** The full connection, which the client's own packages require. */
export function wholeOf(link: NatsLink): NatsConnection {
  return link as unknown as NatsConnection;
}
