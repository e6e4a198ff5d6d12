/** The standard streams of one call. */

import type { GuestEnd } from "../channel/guest_end.ts";
import { Ask } from "../channel/layout.ts";
import type { StopPage } from "../stop_page.ts";
import type { WasiStreams } from "../imports/wasi/wasi.ts";

/** Bytes that pass the channel at once. */
const PIECE_BYTES = 32_768;

/** How the streams of a call are connected. */
export interface StreamPlan {
  /** Standard input, when it is not asked for. */
  readonly stdin: Uint8Array;
  readonly asksStdin: boolean;
  readonly tellsOutput: boolean;
  /** Bytes kept of standard output. */
  readonly maxStdoutBytes: number;
  /** Bytes kept of standard error. */
  readonly maxStderrBytes: number;
}

/** Reads standard input and keeps output, passing it on where that is wanted. */
export class CallStreams implements WasiStreams {
  readonly #plan: StreamPlan;
  readonly #channel: GuestEnd;
  readonly #stopPage: StopPage;
  readonly #kept: { readonly stdout: KeptOutput; readonly stderr: KeptOutput };
  #stdinAt = 0;

  constructor(plan: StreamPlan, channel: GuestEnd, stopPage: StopPage) {
    this.#plan = plan;
    this.#channel = channel;
    this.#stopPage = stopPage;
    this.#kept = {
      stdout: new KeptOutput(plan.maxStdoutBytes),
      stderr: new KeptOutput(plan.maxStderrBytes),
    };
  }

  /** What was kept of standard output. */
  get stdout(): Uint8Array {
    return this.#kept.stdout.bytes;
  }

  /** What was kept of standard error. */
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
    const kind = stream === "stdout" ? Ask.Stdout : Ask.Stderr;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      this.#channel.ask(kind, piece, this.#stopPage);
    }
  }

  #ask(into: Uint8Array): number {
    const wanted = Math.min(into.length, PIECE_BYTES);
    const question = new Uint8Array(Uint32Array.of(wanted).buffer);
    const { value, payload } = this.#channel
      .ask(Ask.Stdin, question, this.#stopPage);
    if (payload) into.set(payload.subarray(0, value));
    return value;
  }
}

/** The beginning of a stream, up to a limit. */
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
