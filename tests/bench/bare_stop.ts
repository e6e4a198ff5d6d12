/** Stopping a bare thread in time: what the machine itself takes for it. */

import { BareState, BareStop, type BareStopRole } from "./bare_stop_worker.ts";

/** A thread that computes, and one that ends that in time. */
export class BareStopper {
  readonly #words = new Int32Array(new SharedArrayBuffer(16));
  readonly #workers: readonly Worker[];

  /** @param limitMs How long it computes, in milliseconds. */
  constructor(limitMs: number) {
    this.#workers = (["computes", "waits"] as const).map((role) => {
      const url = new URL("./bare_stop_worker.ts", import.meta.url);
      const worker = new Worker(url, { type: "module" });
      const words = this.#words;
      worker.postMessage({ role, words, limitMs } satisfies BareStopRole);
      return worker;
    });
  }

  /** Computes until it is stopped. */
  async stop(): Promise<void> {
    const bell = Atomics.load(this.#words, BareStop.Bell);
    this.#begin(BareState.Computing);
    const rung = Atomics.waitAsync(this.#words, BareStop.Bell, bell);
    if (rung.async) await rung.value;
  }

  /** Ends both threads, which must be at rest. */
  end(): void {
    this.#begin(BareState.Ended);
    for (const worker of this.#workers) worker.terminate();
  }

  #begin(state: number): void {
    Atomics.store(this.#words, BareStop.State, state);
    Atomics.notify(this.#words, BareStop.State);
    Atomics.add(this.#words, BareStop.Turn, 1);
    Atomics.notify(this.#words, BareStop.Turn);
  }
}
