/** The standard streams of a program, at the host's end. */

import { Ask, type Question, type Reply } from "../channel/layout.ts";

/** Standard input: text, bytes, or a stream that is read as it is needed. */
export type StdinSource = string | Uint8Array | AsyncIterable<Uint8Array>;

/** Takes a piece of output; the program waits until it is done. */
export type OutputHandler = (bytes: Uint8Array) => void | Promise<void>;

/** More than this is asked for piece by piece, like a stream. */
const MAX_PAYLOAD_BYTES = 65_536;

const NOTHING: Uint8Array = new Uint8Array();
const DONE: Reply = { value: 0 };

/** Feeds standard input and hands output on, as a program asks for it. */
export class ProgramStreams {
  /** Standard input, when it is passed with the call. */
  readonly payload: Uint8Array;
  /** Whether standard input is asked for instead. */
  readonly isAsked: boolean;
  readonly #input: AsyncIterator<Uint8Array>;
  readonly #onStdout: OutputHandler | undefined;
  readonly #onStderr: OutputHandler | undefined;
  /** What was read and not asked for yet. */
  #rest: Uint8Array = NOTHING;

  constructor(options: {
    readonly stdin?: StdinSource;
    readonly onStdout?: OutputHandler;
    readonly onStderr?: OutputHandler;
  }) {
    const { stdin = NOTHING } = options;
    const input = typeof stdin === "string"
      ? new TextEncoder().encode(stdin)
      : stdin;
    const isBytes = input instanceof Uint8Array;
    this.isAsked = !isBytes || input.length > MAX_PAYLOAD_BYTES;
    this.payload = isBytes && !this.isAsked ? input : NOTHING;
    this.#input = isBytes ? onePiece(input) : input[Symbol.asyncIterator]();
    this.#onStdout = options.onStdout;
    this.#onStderr = options.onStderr;
  }

  /** Answers one question of the guest. */
  async respond({ kind, payload }: Question): Promise<Reply> {
    switch (kind) {
      case Ask.Stdout:
        await this.#onStdout?.(payload);
        return DONE;
      case Ask.Stderr:
        await this.#onStderr?.(payload);
        return DONE;
      case Ask.Stdin:
        return await this.#read(payload);
      case Ask.Link:
        throw new TypeError("Links are the worker's matter");
    }
  }

  /** Lets go of the input; a read that is under way is not waited for. */
  end(): void {
    if (this.isAsked) this.#input.return?.().catch(() => {});
  }

  async #read(question: Uint8Array): Promise<Reply> {
    if (question.length !== 4) return DONE;
    const wanted = new DataView(question.buffer).getUint32(0, true);
    while (this.#rest.length === 0) {
      const { done, value } = await this.#input.next();
      if (done) return DONE;
      this.#rest = value;
    }
    // A piece never fills more than the first size of the channel's buffer.
    const piece = this.#rest.subarray(0, Math.min(wanted, MAX_PAYLOAD_BYTES));
    this.#rest = this.#rest.subarray(piece.length);
    return { value: piece.length, payload: piece };
  }
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
