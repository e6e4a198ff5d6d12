/** The network of one sandbox: its fetching worker and connected guests. */

import { httpBuffers, HttpWord } from "../../channel/http_layout.ts";
import { countMemory, LookUps } from "../../channel/look_ups.ts";
import type { HttpBuffers } from "../../contract/shared_buffers.ts";
import type {
  NetworkGrants,
  NetworkMessage,
  NetworkReport,
} from "../../contract/network_messages.ts";
import type { StopPage } from "../../stop_page.ts";
import { startBackgroundWorker } from "../background_worker.ts";
import { within } from "../within.ts";
import type { WorkerPermissions } from "../grants/worker_permissions.ts";

/** How long the fetching worker may take to end. */
const GRACE_MS = 2_000;

/** The network grants, and the permissions for them. */
export interface NetworkOptions {
  readonly permissions: WorkerPermissions;
  readonly grants: NetworkGrants;
}

/** Starts the fetching worker on first use, and connects guests. */
export class Network {
  readonly #options: NetworkOptions;
  #worker: FetchingWorker | undefined;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** Starts the fetching worker ahead of the first request, if one may come. */
  warm(): void {
    const { hosts } = this.#options.grants;
    if (hosts === true || hosts.length > 0) this.#started();
  }

  /** Creates a channel, which is not connected yet. */
  channel(): HttpBuffers {
    return httpBuffers(this.#options.grants.limits);
  }

  /** Connects a channel to the fetching worker. */
  connect(buffers: HttpBuffers, stopPage: StopPage): NetworkConnection {
    return this.#started().connect(buffers, stopPage);
  }

  /** Ends the fetching worker, if one was started. */
  async close(): Promise<void> {
    await this.#worker?.close();
  }

  /** A failed worker is replaced; its guests notice that it is gone. */
  #started(): FetchingWorker {
    if (!this.#worker?.isOpen) this.#worker = new FetchingWorker(this.#options);
    return this.#worker;
  }
}

/** A guest worker's connection to the fetching worker. */
export interface NetworkConnection {
  /** Whether the fetching worker is running. */
  readonly isOpen: boolean;
  /** Cancels the guest's requests, and disconnects it. */
  end(): void;
}

/** The look-up counter shared by all fetching workers of the process. */
const processLookUps = countMemory();

/** One fetching worker. */
class FetchingWorker {
  readonly #worker: Worker;
  readonly #closed = Promise.withResolvers<void>();
  readonly #guests = new Map<number, { words: Int32Array; page: StopPage }>();
  readonly #lookUps = { process: processLookUps, own: countMemory() };
  #nextId = 1;
  isOpen = true;

  constructor({ permissions, grants }: NetworkOptions) {
    const url = new URL("../../network/fetching_worker.ts", import.meta.url);
    this.#worker = startBackgroundWorker(url, permissions);
    this.#worker.onmessage = (_: MessageEvent<NetworkReport>) => this.#end();
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#end();
    };
    this.#post({ type: "start", grants, lookUps: this.#lookUps });
  }

  connect(buffers: HttpBuffers, stopPage: StopPage): NetworkConnection {
    const id = this.#nextId++;
    this.#guests.set(id, {
      words: new Int32Array(buffers.words),
      page: stopPage,
    });
    this.#post({ type: "connect", id, buffers, stopPage: stopPage.memory });
    const isOpen = () => this.isOpen;
    return {
      get isOpen() {
        return isOpen();
      },
      end: () => {
        this.#guests.delete(id);
        this.#post({ type: "disconnect", id });
      },
    };
  }

  async close(): Promise<void> {
    this.#post({ type: "close" });
    if (await within(GRACE_MS, this.#closed.promise)) {
      this.#worker.terminate();
      this.#end();
    }
  }

  /** The worker is gone: wakes everyone who waits for it. */
  #end(): void {
    this.isOpen = false;
    new LookUps(this.#lookUps).end();
    this.#closed.resolve();
    for (const { words, page } of this.#guests.values()) {
      Atomics.store(words, HttpWord.closed, 1);
      page.wake();
    }
  }

  #post(message: NetworkMessage): void {
    this.#worker.postMessage(message);
  }
}
