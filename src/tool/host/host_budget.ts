/** What is left of a call's limits on host functions. */

import type { HostFunction } from "../../config/host_function.ts";
import type { HostFunctionLimits } from "../../config/host_function_limits.ts";

/** Tracks usage; each method returns the limit that was exceeded, if any. */
export class HostBudget {
  readonly #limits: HostFunctionLimits;
  readonly #callsOf = new Map<string, number>();
  #calls = 0;
  #argumentBytes = 0;
  #answerBytes = 0;
  #timeMs = 0;

  constructor(limits: HostFunctionLimits) {
    this.#limits = limits;
  }

  /** The number of calls, including refused ones. */
  get calls(): number {
    return this.#calls;
  }

  /** Milliseconds left for functions. */
  get timeLeftMs(): number {
    return this.#limits.time - this.#timeMs;
  }

  /** Counts a call. */
  call(argumentBytes: number): string | undefined {
    const { calls, argumentBytes: most, time } = this.#limits;
    if (++this.#calls > calls) return `more than ${calls} calls`;
    this.#argumentBytes += argumentBytes;
    if (this.#argumentBytes > most) {
      return `more than ${most} bytes of arguments`;
    }
    return this.timeLeftMs > 0 ? undefined : `more than ${time} ms`;
  }

  /** Counts a call of one function. */
  callOf({ name, maxCalls }: Pick<HostFunction, "name" | "maxCalls">):
    | string
    | undefined {
    if (maxCalls === undefined) return undefined;
    const calls = (this.#callsOf.get(name) ?? 0) + 1;
    this.#callsOf.set(name, calls);
    return calls > maxCalls ? `more than ${maxCalls} calls of it` : undefined;
  }

  /** Counts an answer, unless it is too large. */
  answer(bytes: number, room: number): string | undefined {
    const { answerBytes } = this.#limits;
    if (this.#answerBytes + bytes > answerBytes) {
      return `more than ${answerBytes} bytes of answers`;
    }
    if (bytes > room) return `an answer of more than ${room} bytes`;
    this.#answerBytes += bytes;
    return undefined;
  }

  /** Counts time. */
  spend(ms: number): void {
    this.#timeMs += ms;
  }
}
