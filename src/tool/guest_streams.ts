/** The standard streams of a guest, at the host's end. */

import type { Question, Reply } from "../channel/questions.ts";
import type { OutputHandler, StdinSource } from "../config/call_options.ts";
import type { QuestionHandlers } from "../host/guest/question_desk.ts";

/** More than this is asked for piece by piece, like a stream. */
const MAX_PAYLOAD_BYTES = 65_536;

const NOTHING: Uint8Array = new Uint8Array();
const DONE: Reply = { value: 0 };

/** Feeds standard input and hands output on, as a program asks for it. */
export class GuestStreams {
  /** Standard input, when it is passed with the call. */
  readonly payload: Uint8Array;
  /** Whether standard input is asked for instead. */
  readonly isAsked: boolean;
  readonly #input: AsyncIterator<Uint8Array>;
  readonly #onStdout: OutputHandler | undefined;
  readonly #onStderr: OutputHandler | undefined;
  /** What was read and not asked for yet. */
  #rest: Uint8Array = NOTHING;

  /** Whether output is handed on while the guest runs. */
  readonly isTold: boolean;

  constructor(options: {
    readonly stdin: StdinSource;
    readonly onStdout: OutputHandler | undefined;
    readonly onStderr: OutputHandler | undefined;
    /** Whether the payload is taken by something else. */
    readonly alwaysAsked: boolean;
  }) {
    const { stdin } = options;
    const input = typeof stdin === "string"
      ? new TextEncoder().encode(stdin)
      : stdin;
    const isBytes = input instanceof Uint8Array;
    this.isAsked = options.alwaysAsked || !isBytes ||
      input.length > MAX_PAYLOAD_BYTES;
    this.payload = isBytes && !this.isAsked ? input : NOTHING;
    this.#input = isBytes ? onePiece(input) : input[Symbol.asyncIterator]();
    this.#onStdout = options.onStdout;
    this.#onStderr = options.onStderr;
    this.isTold = options.onStdout !== undefined ||
      options.onStderr !== undefined;
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
