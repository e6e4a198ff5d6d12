/** The standard streams of a program, at the host's end. */

import type { Question, Reply } from "../channel/questions.ts";
import type { QuestionHandlers } from "../host/guest/question_desk.ts";

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

  /** Answers what the guest asks for. */
  readonly handlers: QuestionHandlers = {
    stdin: ({ room }) => this.#read(room),
    stdout: (question) => handOn(this.#onStdout, question),
    stderr: (question) => handOn(this.#onStderr, question),
  };

  /** Lets go of the input; a read that is under way is not waited for. */
  end(): void {
    if (this.isAsked) this.#input.return?.().catch(() => {});
  }

  /** What is there already needs no promise. */
  #read(room: number): Reply | Promise<Reply> {
    return this.#rest.length > 0 ? this.#piece(room) : this.#readOn(room);
  }

  async #readOn(room: number): Promise<Reply> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#input.next();
      if (done) return DONE;
      this.#rest = value;
    }
    return this.#piece(room);
  }

  #piece(room: number): Reply {
    const piece = this.#rest.subarray(0, room);
    this.#rest = this.#rest.subarray(piece.length);
    return { value: piece.length, payload: piece };
  }
}

function handOn(
  handler: OutputHandler | undefined,
  { payload }: Question,
): Reply | Promise<Reply> {
  const done: unknown = handler?.(payload);
  return isThenable(done) ? Promise.resolve(done).then(() => DONE) : DONE;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | undefined)?.then === "function";
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
