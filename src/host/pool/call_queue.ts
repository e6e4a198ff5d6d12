/** Queues calls for workers, fairly between modules. */

/** A queue that takes turns between keys. */
export class CallQueue<Call extends { readonly key: number }> {
  /** In round-robin order: the first key's first call is next. */
  readonly #waiting = new Map<number, Set<Call>>();
  #size = 0;

  /** How many calls wait. */
  get size(): number {
    return this.#size;
  }

  /** Appends a call to its key's queue. */
  add(call: Call): void {
    let calls = this.#waiting.get(call.key);
    if (!calls) this.#waiting.set(call.key, calls = new Set());
    calls.add(call);
    this.#size++;
  }

  /** Removes a call; false if it is not waiting. */
  remove(call: Call): boolean {
    const calls = this.#waiting.get(call.key);
    if (!calls?.delete(call)) return false;
    if (calls.size === 0) this.#waiting.delete(call.key);
    this.#size--;
    return true;
  }

  /** Takes the next call; its key moves to the end of the order. */
  next(): Call | undefined {
    for (const [key, calls] of this.#waiting) {
      for (const call of calls) {
        this.remove(call);
        if (this.#waiting.delete(key)) this.#waiting.set(key, calls);
        return call;
      }
    }
    return undefined;
  }

  /** Takes all calls. */
  *drain(): Generator<Call> {
    for (let call = this.next(); call; call = this.next()) yield call;
  }
}
