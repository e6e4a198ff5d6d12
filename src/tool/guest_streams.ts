/** The host's end of a guest's standard streams. */

import type { Question, Reply } from "../channel/questions.ts";
import type { OutputHandler, StdinSource } from "../config/call_options.ts";
import type { QuestionHandlers } from "../host/guest/question_desk.ts";

/** Larger input is requested in chunks, like a stream. */
const MAX_PAYLOAD_BYTES = 65_536;

const NOTHING: Uint8Array = new Uint8Array();
const DONE: Reply = { value: 0 };

/** Supplies standard input and forwards output as a program asks for it. */
export class GuestStreams {
  /** Standard input, if it is passed with the call. */
  readonly payload: Uint8Array;
  /** Whether the guest requests standard input in chunks instead. */
  readonly isAsked: boolean;
  readonly #input: AsyncIterator<Uint8Array>;
  readonly #onStdout: OutputHandler | undefined;
  readonly #onStderr: OutputHandler | undefined;
  /** Data that was read but not yet requested. */
  #rest: Uint8Array = NOTHING;

  /** Whether output is forwarded while the guest runs. */
  readonly isTold: boolean;

  constructor(options: {
    readonly stdin: StdinSource;
    readonly onStdout: OutputHandler | undefined;
    readonly onStderr: OutputHandler | undefined;
    /** Whether the payload is used for something else. */
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

  /** Releases the input without waiting for a pending read. */
  end(): void {
    if (this.isAsked) this.#input.return?.().catch(() => {});
  }

  /** Buffered data needs no promise. */
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
