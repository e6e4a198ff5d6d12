/**
 * Connects one guest worker to the network. Most guests that may use it never
 * do: the channel is created at once, and connected with the first question.
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

  /** Whether there is a channel whose fetching worker has not failed. */
  get isReady(): boolean {
    return this.#buffers !== undefined && this.#connection?.isOpen !== false;
  }

  /** Creates a channel, which replaces the previous one. */
  renew(): HttpBuffers {
    this.end();
    return this.#buffers = this.#network.channel();
  }

  /** Connects the channel, unless it is connected; the guest asks for it. */
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
