/** How many sandboxes are open: what is kept for them ends with the last. */

/** Something that is kept while somebody holds it. */
interface Kept {
  hold(): void;
  release(): void;
}

let open = 0;
let kept: Kept | undefined;

/** Keeps `threads` as long as a sandbox is open, from now on. */
export function keepWith(threads: Kept): void {
  kept = threads;
  if (open > 0) kept.hold();
}

/** Says that a sandbox was made. */
export function sandboxOpened(): void {
  if (open++ === 0) kept?.hold();
}

/** Says that a sandbox was closed. */
export function sandboxClosed(): void {
  if (--open === 0) kept?.release();
}
