/**
 * The least that stopping a thread in time can be: one thread computes, a
 * second waits until its time is up and tells it, and it wakes the host's.
 */

/** What a worker is to do, and the memory through which all three talk. */
export interface BareStopRole {
  readonly role: "computes" | "waits";
  readonly words: Int32Array<SharedArrayBuffer>;
  /** How long the other one may compute, in milliseconds. */
  readonly limitMs: number;
}

/** Places in that memory; the last one never changes. */
export const BareStop = { State: 0, Turn: 1, Bell: 2, Never: 3 } as const;

/** What is at `State`. */
export const BareState = { Resting: 0, Computing: 1, Ended: 2 } as const;

/** The part of the worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<BareStopRole>) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data: { role, words, limitMs } }) => {
  if (role === "computes") compute(words);
  else wait(words, limitMs);
};

function compute(words: BareStopRole["words"]): void {
  for (;;) {
    Atomics.wait(words, BareStop.State, BareState.Resting);
    if (Atomics.load(words, BareStop.State) === BareState.Ended) return;
    while (Atomics.load(words, BareStop.State) === BareState.Computing);
    Atomics.add(words, BareStop.Bell, 1);
    Atomics.notify(words, BareStop.Bell);
  }
}

function wait(words: BareStopRole["words"], limitMs: number): void {
  for (let turn = 0;; turn++) {
    Atomics.wait(words, BareStop.Turn, turn);
    if (Atomics.load(words, BareStop.State) === BareState.Ended) return;
    Atomics.wait(words, BareStop.Never, 0, limitMs);
    Atomics.store(words, BareStop.State, BareState.Resting);
  }
}
