/** A guest's calls of host functions, as a result reports them. */

/**
 * How a call ended: `answered`; `failed`, if the function threw or its answer
 * was not JSON; `refused`, if it did not run, or its time or answer exceeded a
 * limit; `stopped`, if the guest ended first.
 */
export type HostCallOutcome = "answered" | "failed" | "refused" | "stopped";

/** One call of a host function. */
export interface HostCall {
  /** The name that the guest called, truncated if it is too long. */
  readonly name: string;
  /** Milliseconds until it ended. */
  readonly durationMs: number;
  /** Bytes of its arguments. */
  readonly argumentBytes: number;
  /** Bytes of its answer; 0 if there was none. */
  readonly answerBytes: number;
  /** How it ended. */
  readonly outcome: HostCallOutcome;
  /** Why it was not answered; the guest may be told less. */
  readonly error?: string;
}

/** The most calls that a result lists. */
export const MAX_HOST_CALLS = 1_000;

const MAX_NAME_LENGTH = 128;
const MAX_ERROR_LENGTH = 500;

/** Records the calls of one guest; calls beyond the limit are only counted. */
export class HostCallLog {
  readonly #calls: HostCall[] = [];
  #count = 0;

  /** The first calls, in order of completion. */
  get calls(): readonly HostCall[] {
    return this.#calls;
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  /** Notes the end of a call. */
  add({ name, error, ...call }: HostCall): void {
    this.#count++;
    if (this.#calls.length >= MAX_HOST_CALLS) return;
    this.#calls.push({
      name: name.slice(0, MAX_NAME_LENGTH),
      ...call,
      ...error !== undefined && { error: error.slice(0, MAX_ERROR_LENGTH) },
    });
  }
}

/** The log of a guest that called no host function. */
export const NO_CALLS: HostCallLog = new HostCallLog();
