/** Calls that wait for a worker, fair between the modules they are for. */

/** A queue that takes turns between keys. */
export class CallQueue<Call extends { readonly key: number }> {
  /** In turn order: the first key's first call is next. */
  readonly #waiting = new Map<number, Set<Call>>();
  #size = 0;

  /** How many calls wait. */
  get size(): number {
    return this.#size;
  }

  /** Adds a call behind those of its key. */
  add(call: Call): void {
    let calls = this.#waiting.get(call.key);
    if (!calls) this.#waiting.set(call.key, calls = new Set());
    calls.add(call);
    this.#size++;
  }

  /** Takes a call out of its place; false when it does not wait. */
  remove(call: Call): boolean {
    const calls = this.#waiting.get(call.key);
    if (!calls?.delete(call)) return false;
    if (calls.size === 0) this.#waiting.delete(call.key);
    this.#size--;
    return true;
  }

  /** Takes the next call; its key goes to the end of the turn order. */
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
