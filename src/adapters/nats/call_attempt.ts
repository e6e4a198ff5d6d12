/** One attempt of a call, on the caller's side. */

import type { Msg } from "@nats-io/transport-node";
import {
  callFrame,
  cancelFrame,
  creditFrame,
  type Frame,
  readFrame,
  type Refusal,
} from "./frames.ts";
import { PIECE_WINDOW, PieceSender, PieceTaker } from "./piece_flow.ts";
import type { ControlSubject, Subjects } from "./subjects.ts";

/** The result of an attempt. */
export type AttemptEnd =
  | { readonly kind: "result"; readonly bytes: Uint8Array }
  | { readonly kind: "refused"; readonly reason: Refusal; readonly why: string }
  /** There are no subscribers. */
  | { readonly kind: "nobody" }
  /** A service was asked or had started, and stopped responding. */
  | { readonly kind: "silent"; readonly ms: number }
  | { readonly kind: "wrong"; readonly why: string }
  | { readonly kind: "closed" }
  | { readonly kind: "given up" };

/** The parameters of an attempt. */
export interface AskedAttempt {
  readonly subjects: Subjects;
  /** The subject to which the call is sent. */
  readonly subject: string;
  readonly budgetMs: number;
  readonly pieceBytes: number;
  readonly maxResultBytes: number;
  readonly silenceMs: number;
  readonly onStderr: ((bytes: Uint8Array) => void) | undefined;
  /** Sends a message to the service. */
  readonly publish: (subject: string, frame: Uint8Array) => void;
}

/** Maximum bytes of standard error accepted from a service. */
const MOST_STDERR_BYTES = 1024 * 1024;

/** One attempt. */
export class CallAttempt {
  readonly #asked: AskedAttempt;
  readonly #end = Promise.withResolvers<AttemptEnd>();
  #sender: PieceSender | undefined;
  #heard = performance.now();
  #peer: ControlSubject | undefined;
  #taker: PieceTaker | undefined;
  #stderrBytes = 0;
  #isEnded = false;

  constructor(asked: AskedAttempt) {
    this.#asked = asked;
  }

  /** Resolves with the result. */
  get end(): Promise<AttemptEnd> {
    return this.#end.promise;
  }

  /** The service that responded; undefined before one has. */
  get instance(): string | undefined {
    return this.#peer?.instance;
  }

  /** The first message for these arguments. */
  firstFrame(args: Uint8Array): Uint8Array {
    const { budgetMs, pieceBytes, onStderr } = this.#asked;
    const sender = new PieceSender(
      args,
      pieceBytes,
      (frame) => this.#tell(frame),
    );
    this.#sender = sender;
    const wantsStderr = onStderr !== undefined;
    return callFrame(budgetMs, args.length, wantsStderr, sender.first);
  }

  /** Handles a message for this attempt. */
  hear(message: Msg): void {
    const { reply = "", data } = message;
    if (data.length === 0 && message.headers?.code === 503) {
      if (!this.#peer) this.finish({ kind: "nobody" });
      return;
    }
    const peer = this.#asked.subjects.readControl(reply);
    const frame = readFrame(data);
    if (!peer || !frame) return;
    // The first service to respond has the call; no other knows the random
    // subjects.
    this.#peer ??= peer;
    if (this.#peer.subject !== peer.subject) return;
    if (this.#isEnded) return this.#tell(cancelFrame());
    this.#heard = performance.now();
    this.#take(frame);
  }

  /** Detects a silent service. */
  tick(now: number): void {
    const ms = now - this.#heard;
    if (ms > this.#asked.silenceMs) this.finish({ kind: "silent", ms });
  }

  /** Resets the silence timer, after the event loop was blocked. */
  forgive(): void {
    this.#heard = performance.now();
  }

  /** Ends the attempt; notifies a service that is running it. */
  finish(end: AttemptEnd): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.#peer && end.kind !== "result" && end.kind !== "refused") {
      this.#tell(cancelFrame());
    }
    // Freed because the attempt may be remembered for a while, and its data may
    // be large.
    this.#taker = undefined;
    this.#sender = undefined;
    this.#end.resolve(end);
  }

  #take(frame: Frame): void {
    switch (frame.kind) {
      case "Alive":
        this.#sender?.allow(frame.pieces);
        return;
      case "Refused":
        return this.finish({ ...frame, kind: "refused" });
      case "Stderr":
        return this.#tellStderr(frame.piece);
      case "Result":
        return this.#begin(frame.totalBytes, frame.piece);
      case "Piece":
        return this.#go(frame.number, frame.piece);
    }
  }

  #begin(totalBytes: number, piece: Uint8Array): void {
    // A second result of the same call is ignored.
    if (this.#taker) return;
    const { maxResultBytes } = this.#asked;
    if (totalBytes > maxResultBytes) {
      return this.finish({
        kind: "wrong",
        why: `it has ${totalBytes} bytes, limit is ${maxResultBytes}`,
      });
    }
    this.#taker = new PieceTaker(totalBytes);
    this.#taken(this.#taker, this.#taker.begin(piece), true);
  }

  #go(number: number, piece: Uint8Array): void {
    const taker = this.#taker;
    if (taker) this.#taken(taker, taker.take(number, piece), false);
  }

  #taken(
    taker: PieceTaker,
    fate: ReturnType<PieceTaker["take"]>,
    isFirst: boolean,
  ): void {
    if (fate === "last") {
      return this.finish({ kind: "result", bytes: taker.bytes() });
    }
    if (fate === "wrong") {
      const why = "it is not as long as it says, or a piece is missing";
      return this.finish({ kind: "wrong", why });
    }
    const isHalf = taker.credit % (PIECE_WINDOW / 2) === 0;
    if (fate === "taken" && (isFirst || isHalf)) {
      this.#tell(creditFrame(taker.credit));
    }
  }

  #tellStderr(piece: Uint8Array): void {
    const { onStderr } = this.#asked;
    this.#stderrBytes += piece.length;
    if (this.#stderrBytes <= MOST_STDERR_BYTES) onStderr?.(piece);
  }

  #tell(frame: Uint8Array): void {
    if (this.#peer) this.#asked.publish(this.#peer.subject, frame);
  }
}
