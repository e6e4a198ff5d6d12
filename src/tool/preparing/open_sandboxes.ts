/** Counts open sandboxes, to release shared resources with the last one. */

/** A resource kept alive while it is held. */
interface Kept {
  hold(): void;
  release(): void;
}

let open = 0;
let kept: Kept | undefined;

/** From now on, keeps `threads` alive while any sandbox is open. */
export function keepWith(threads: Kept): void {
  kept = threads;
  if (open > 0) kept.hold();
}

/** Counts a new sandbox. */
export function sandboxOpened(): void {
  if (open++ === 0) kept?.hold();
}

/** Uncounts a closed sandbox. */
export function sandboxClosed(): void {
  if (--open === 0) kept?.release();
}
