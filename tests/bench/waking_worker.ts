/**
 * The least that two threads can do for each other when both sleep: one wakes
 * the other, and is woken by it. What that takes is the machine's alone.
 */

/** The part of the worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<SharedArrayBuffer>) => void) | null;
}

/** Places in the shared memory: how often each side was woken. */
export const Bell = { Worker: 0, Host: 1 } as const;

/** Rung for the worker when it is to end; it can't be ended while it waits. */
export const END = -1;

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data }) => {
  const words = new Int32Array(data);
  for (let seen = 0;; seen++) {
    Atomics.wait(words, Bell.Worker, seen);
    if (Atomics.load(words, Bell.Worker) === END) return;
    Atomics.add(words, Bell.Host, 1);
    Atomics.notify(words, Bell.Host);
  }
};
