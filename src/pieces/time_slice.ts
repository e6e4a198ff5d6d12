/** Splits long work on the host's thread into time slices. */

import { Timer } from "../timer.ts";

/** Maximum length of a slice before yielding to the event loop, in ms. */
const SLICE_MS = 4;

/** The current time slice. */
export class TimeSlice {
  #end = performance.now() + SLICE_MS;

  /** Whether it is time to {@linkcode rest}. */
  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Yields to the event loop once; then a new slice starts. */
  async rest(): Promise<void> {
    await new Promise<void>((resolve) => void new Timer(0, resolve));
    this.#end = performance.now() + SLICE_MS;
  }
}
