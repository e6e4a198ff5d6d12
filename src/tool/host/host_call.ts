/** What a guest asked of the host's functions, as a result tells it. */

/**
 * How it ended: `answered`; `failed`, where the function threw or answered what
 * is no JSON; `refused`, where it did not run, or its time or its answer
 * exceeded a limit; `stopped`, where the guest ended first.
 */
export type HostCallOutcome = "answered" | "failed" | "refused" | "stopped";

/** One call of a function of the host. */
export interface HostCall {
  /** The name that the guest called; cut where it is too long to be one. */
  readonly name: string;
  /** Milliseconds until it was answered. */
  readonly durationMs: number;
  /** Bytes of its arguments. */
  readonly argumentBytes: number;
  /** Bytes of its answer; 0 without one. */
  readonly answerBytes: number;
  /** How it ended. */
  readonly outcome: HostCallOutcome;
  /** Why it was not answered; not all of it is told to the guest. */
  readonly error?: string;
}

/** The most calls that a result lists. */
export const MAX_HOST_CALLS = 1_000;

const MAX_NAME_LENGTH = 128;
const MAX_ERROR_LENGTH = 500;

/** Collects the calls of one guest; what is beyond the limit is counted only. */
export class HostCallLog {
  readonly #calls: HostCall[] = [];
  #count = 0;

  /** The first calls, in order of their ends. */
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

/** Of a call that called nothing. */
export const NO_CALLS: HostCallLog = new HostCallLog();
