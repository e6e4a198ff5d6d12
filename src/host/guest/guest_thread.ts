/** The thread of a guest worker: start, messages and end. */

import type {
  GuestMessage,
  HostMessage,
} from "../../contract/guest_messages.ts";
import type { StateImage } from "../../contract/state_image.ts";
import { ExecutionFailed, WorkerLost } from "../../errors.ts";
import { startBackgroundWorker } from "../background_worker.ts";
import type { WorkerPermissions } from "../grants/worker_permissions.ts";

/** One thread, started on construction. */
export class GuestThread {
  readonly #worker: Worker;
  readonly #started = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  /** Pending request for a session's state. */
  #taken: PromiseWithResolvers<StateImage> | undefined;

  /** @param onFailure Called when the thread ends by itself. */
  constructor(
    permissions: WorkerPermissions,
    onFailure: (failure: WorkerLost) => void,
  ) {
    const url = new URL("../../guest/worker.ts", import.meta.url);
    this.#worker = startBackgroundWorker(url, permissions);
    this.#started.promise.catch(() => {});
    this.#worker.onmessage = ({ data }: MessageEvent<HostMessage>) => {
      switch (data.type) {
        case "ready":
          return this.#started.resolve();
        case "closed":
          return this.#ended.resolve();
        case "taken":
          return this.#taken?.resolve(data.image);
        case "not taken":
          return this.#taken?.reject(new ExecutionFailed(data.reason));
      }
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const failure = new WorkerLost(`Worker failed: ${event.message}`);
      this.#started.reject(failure);
      this.#ended.resolve();
      onFailure(failure);
    };
  }

  /** Resolves when it serves calls. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** Resolves when it has ended. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Posts a message. */
  post(message: GuestMessage): void {
    this.#worker.postMessage(message);
  }

  /** The next state that it posts; call before requesting it. */
  nextState(): Promise<StateImage> {
    this.#taken = Promise.withResolvers<StateImage>();
    this.#taken.promise.catch(() => {});
    return this.#taken.promise;
  }

  /** Ends the thread; a busy one continues. */
  terminate(): void {
    this.#worker.terminate();
  }
}
