/** Sends the messages of a service. */

/** Maximum number of responses in a batch. */
const MOST_TOGETHER = 16;
const TOGETHER_MS = 1;

/**
 * Sends messages in order: immediately, unless calls are queued. Then responses
 * are batched, as a write costs more than a small call.
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

  /** Sends a message, now or within a millisecond. */
  send(to: string, frame: Uint8Array, control: string): void {
    const publish = () => this.#publish(to, frame, control);
    if (this.#together.length === 0 && !this.#callsWait()) return publish();
    this.#together.push(publish);
    if (this.#together.length >= MOST_TOGETHER) return this.flush();
    if (this.#together.length > 1) return;
    setTimeout(() => this.flush(), TOGETHER_MS);
  }

  /** Sends pending messages. */
  flush(): void {
    for (const publish of this.#together.splice(0)) publish();
  }
}
