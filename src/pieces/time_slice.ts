/** Long work on the host's thread, cut into slices that others run between. */

import { Timer } from "../timer.ts";

/** How long a slice may be before the event loop gets its turn, in ms. */
const SLICE_MS = 4;

/** The slice of time that is going on. */
export class TimeSlice {
  #end = performance.now() + SLICE_MS;

  /** Whether it is time to {@linkcode rest}. */
  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Lets the event loop go round once; a new slice begins afterwards. */
  async rest(): Promise<void> {
    await new Promise<void>((resolve) => void new Timer(0, resolve));
    this.#end = performance.now() + SLICE_MS;
  }
}
