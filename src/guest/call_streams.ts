/** The standard streams of one call. */

import type { GuestQuestions } from "../channel/guest_questions.ts";
import type { WasiStreams } from "../imports/wasi/wasi.ts";

const NOTHING: Uint8Array = new Uint8Array();
/** Size of a forwarded chunk. */
const PIECE_BYTES = 32_768;

/** How the streams of a call are connected. */
export interface StreamPlan {
  /** Standard input, if it is not requested in chunks. */
  readonly stdin: Uint8Array;
  readonly asksStdin: boolean;
  readonly tellsOutput: boolean;
  /** Bytes kept of standard output. */
  readonly maxStdoutBytes: number;
  /** Bytes kept of standard error. */
  readonly maxStderrBytes: number;
}

/** Reads standard input, and keeps and optionally forwards output. */
export class CallStreams implements WasiStreams {
  readonly #plan: StreamPlan;
  readonly #questions: GuestQuestions;
  readonly #kept: { readonly stdout: KeptOutput; readonly stderr: KeptOutput };
  #stdinAt = 0;

  constructor(plan: StreamPlan, questions: GuestQuestions) {
    this.#plan = plan;
    this.#questions = questions;
    this.#kept = {
      stdout: new KeptOutput(plan.maxStdoutBytes),
      stderr: new KeptOutput(plan.maxStderrBytes),
    };
  }

  /** The kept part of standard output. */
  get stdout(): Uint8Array {
    return this.#kept.stdout.bytes;
  }

  /** The kept part of standard error. */
  get stderr(): Uint8Array {
    return this.#kept.stderr.bytes;
  }

  /** Whether more was written than was kept. */
  get isCut(): boolean {
    return this.isStdoutCut || this.#kept.stderr.isCut;
  }

  /** Whether more was written to standard output than was kept. */
  get isStdoutCut(): boolean {
    return this.#kept.stdout.isCut;
  }

  read(into: Uint8Array): number {
    if (into.length === 0) return 0;
    if (this.#plan.asksStdin) return this.#ask(into);
    const piece = this.#plan.stdin
      .subarray(this.#stdinAt, this.#stdinAt + into.length);
    into.set(piece);
    this.#stdinAt += piece.length;
    return piece.length;
  }

  write(stream: "stdout" | "stderr", bytes: Uint8Array): void {
    this.#kept[stream].add(bytes);
    if (!this.#plan.tellsOutput) return;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      this.#questions.ask(stream, bytes.subarray(at, at + PIECE_BYTES));
    }
  }

  #ask(into: Uint8Array): number {
    const room = Math.min(into.length, PIECE_BYTES);
    const { payload = NOTHING } = this.#questions.ask("stdin", NOTHING, room);
    into.set(payload);
    return payload.length;
  }
}

/** Keeps the start of a stream, up to a limit. */
class KeptOutput {
  readonly #limit: number;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #length = 0;
  isCut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  add(bytes: Uint8Array): void {
    const room = this.#limit - this.#length;
    if (bytes.length > room) this.isCut = true;
    const kept = bytes.subarray(0, room);
    this.#reserve(this.#length + kept.length);
    this.#buffer.set(kept, this.#length);
    this.#length += kept.length;
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.length) return;
    const larger = Math.max(length, this.#buffer.length * 2, 256);
    const buffer = new Uint8Array(Math.min(larger, this.#limit));
    buffer.set(this.bytes);
    this.#buffer = buffer;
  }
}
