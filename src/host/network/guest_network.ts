/**
 * One guest worker's way to the network. Many guests could ask and never do: the
 * channel is there at once, and the fetching worker from the first question on.
 */

import type { HttpBuffers } from "../../contract/shared_buffers.ts";
import type { StopPage } from "../../stop_page.ts";
import type { Network, NetworkConnection } from "./network.ts";

/** The channel of one guest worker. */
export class GuestNetwork {
  readonly #network: Network;
  readonly #stopPage: StopPage;
  #buffers: HttpBuffers | undefined;
  #connection: NetworkConnection | undefined;

  constructor(network: Network, stopPage: StopPage) {
    this.#network = network;
    this.#stopPage = stopPage;
  }

  /** Whether there is a channel, and not one to a worker that is gone. */
  get isReady(): boolean {
    return this.#buffers !== undefined && this.#connection?.isOpen !== false;
  }

  /** Makes a channel, in place of the one before. */
  renew(): HttpBuffers {
    this.end();
    return this.#buffers = this.#network.channel();
  }

  /** Connects the channel, if it is not; the guest asks for it. */
  connect(): void {
    if (!this.#buffers) return;
    this.#connection ??= this.#network.connect(this.#buffers, this.#stopPage);
  }

  /** Cancels the guest's requests, and releases the channel. */
  end(): void {
    this.#connection?.end();
    this.#connection = this.#buffers = undefined;
  }
}
