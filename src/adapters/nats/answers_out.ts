/** The messages of a service on their way out. */

/** Answers that wait for each other. */
const MOST_TOGETHER = 16;
const TOGETHER_MS = 1;

/**
 * Sends messages in order: at once, unless calls wait. Then every answer lets
 * another call begin, and some of them go out in one write, which costs more
 * than a small call.
 */
export class AnswersOut {
  readonly #publish: (to: string, frame: Uint8Array, control: string) => void;
  readonly #callsWait: () => boolean;
  readonly #together: (() => void)[] = [];

  constructor(
    publish: (to: string, frame: Uint8Array, control: string) => void,
    callsWait: () => boolean,
  ) {
    this.#publish = publish;
    this.#callsWait = callsWait;
  }

  /** Sends one, now or in a millisecond. */
  send(to: string, frame: Uint8Array, control: string): void {
    const publish = () => this.#publish(to, frame, control);
    if (this.#together.length === 0 && !this.#callsWait()) return publish();
    this.#together.push(publish);
    if (this.#together.length >= MOST_TOGETHER) return this.flush();
    if (this.#together.length > 1) return;
    setTimeout(() => this.flush(), TOGETHER_MS);
  }

  /** Sends those that wait. */
  flush(): void {
    for (const publish of this.#together.splice(0)) publish();
  }
}
