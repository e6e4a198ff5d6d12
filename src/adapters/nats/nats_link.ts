/** What is asked of a connection, whichever version of NATS's client made it. */

import type { NatsConnection } from "@nats-io/transport-node";

/** A connection to a NATS server, as `connect` of `@nats-io/transport-node` makes. */
export interface NatsLink {
  /** Sends a message. */
  publish(
    subject: string,
    data?: Uint8Array | string,
    options?: { readonly reply?: string },
  ): void;
  /** Hears messages. */
  subscribe(subject: string, options?: object): unknown;
  /** Resolves when the server has seen all that was sent. */
  flush(): Promise<void>;
  /** Milliseconds to the server and back. */
  rtt(): Promise<number>;
  /** Resolves when it is closed for good. */
  closed(): Promise<void | Error>;
  /** Whether it is closed for good. */
  isClosed(): boolean;
}

/** The whole of it, which the client's own packages want. */
export function wholeOf(link: NatsLink): NatsConnection {
  return link as unknown as NatsConnection;
}
