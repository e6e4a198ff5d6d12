/** A call on the service's side, from its first message to its last. */

import { TimeoutExceeded } from "../../errors.ts";
import { parseJson, UnusableJson } from "../../pieces/parse_json.ts";
import { noRecord } from "../../tool/call_record.ts";
import { type CallResult, failed } from "../../tool/call_result.ts";
import type { JsonValue } from "../../tool/tool.ts";
import type { CallQueue } from "./call_queue.ts";
import {
  aliveFrame,
  type Frame,
  type Refusal,
  REFUSALS,
  refusedFrame,
  resultFrame,
  stderrFrame,
} from "./frames.ts";
import { PIECE_WINDOW, PieceSender, PieceTaker } from "./piece_flow.ts";
import { writeResult } from "./wire_result.ts";

/** How a service runs tools: `call` of a registry. */
export type RunTool = (
  name: string,
  args: unknown,
  options: {
    signal: AbortSignal;
    onStderr?: (bytes: Uint8Array) => void;
  },
) => Promise<CallResult<JsonValue>>;

/** The environment of a call. */
export interface CallSurroundings {
  readonly queue: CallQueue;
  readonly run: RunTool;
  /** Sends a message to the caller. */
  readonly send: (frame: Uint8Array) => void;
  readonly pieceBytes: number;
  /** Called when it holds a response that could not be sent immediately. */
  readonly onHold: () => void;
  /** Called once, when the call is finished. */
  readonly onEnd: () => void;
}

/** An accepted call. */
export interface AcceptedCall {
  readonly tool: string;
  readonly budgetMs: number;
  readonly totalBytes: number;
  readonly wantsStderr: boolean;
}

/** How long the other side may take without sending or accepting a piece. */
export const STALL_MS = 5_000;
/** Minimum transfer rate; slower peers would hold a slot for nothing. */
const LEAST_BYTES_A_MS = 64;
/** Time after which a call sends its first heartbeat. */
const FIRST_ALIVE_MS = 15;
const MOST_STDERR_BYTES = 1024 * 1024;

const GONE = new DOMException("The caller is gone", "AbortError");
const OVER = new DOMException("The caller's time is up", "TimeoutError");

/** One call. */
export class OpenCall {
  readonly #call: AcceptedCall;
  readonly #around: CallSurroundings;
  readonly #controller = new AbortController();
  readonly #taker: PieceTaker;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #came = performance.now();
  #sender: PieceSender | undefined;
  #heard = performance.now();
  #told: number | undefined;
  #stderrBytes = 0;
  #isCollecting = true;
  #isEnded = false;

  constructor(call: AcceptedCall, around: CallSurroundings) {
    this.#call = call;
    this.#around = around;
    this.#taker = new PieceTaker(call.totalBytes);
    this.#timer = setTimeout(() => this.#late(), call.budgetMs);
  }

  /** The maximum number of bytes that it may hold. */
  get heldBytes(): number {
    return this.#call.totalBytes;
  }

  /** Bytes held by its response until it is delivered. */
  get answerBytes(): number {
    return this.#sender?.length ?? 0;
  }

  /** When its caller last made progress. */
  get heard(): number {
    return this.#heard;
  }

  /** Drops the response of a caller that does not accept it. */
  dropAnswer(): void {
    this.#refuse(REFUSALS.NotUnderstood, "the answer was not taken in time");
  }

  /** Starts with the first piece of its arguments. */
  begin(piece: Uint8Array): void {
    this.#collected(this.#taker.begin(piece));
  }

  /** Handles a message from the caller. */
  hear(frame: Frame): void {
    if (frame.kind === "Cancel") return this.stop(GONE);
    if (frame.kind === "Piece" && this.#isCollecting) {
      const fate = this.#taker.take(frame.number, frame.piece);
      if (fate === "taken") this.#moved(frame.piece.length);
      this.#collected(fate);
    } else if (frame.kind === "Credit" && this.#sender) {
      this.#moved(this.#sender.allow(frame.pieces));
      if (this.#sender.isDone) this.#end();
    }
  }

  /** Sends heartbeats, and gives up a stalled caller. */
  tick(now: number, heartbeatMs: number): void {
    const isStalled = (this.#isCollecting || this.#sender !== undefined) &&
      now - this.#heard > STALL_MS;
    if (isStalled) {
      if (this.#sender) return this.dropAnswer();
      return this.#refuse(
        REFUSALS.NotUnderstood,
        `the rest of the arguments did not come within ${STALL_MS} ms`,
      );
    }
    if (this.#sender) return;
    const isDue = this.#told === undefined
      ? now - this.#came >= FIRST_ALIVE_MS
      : now - this.#told >= heartbeatMs;
    if (isDue) this.#tellAlive(now);
  }

  /**
   * Ends the call and the guest; notifies the caller if it may still listen.
   */
  stop(reason: unknown): void {
    if (this.#isEnded) return;
    this.#controller.abort(reason);
    // A running call now ends by itself; one that is not running must be ended
    // here.
    if (reason === GONE || this.#isCollecting) this.#end();
  }

  /** Ends it because its caller is gone. */
  forsake(): void {
    this.stop(GONE);
  }

  /** Only messages with bytes extend a caller's time. */
  #moved(bytes: number): void {
    const until = this.#heard + bytes / LEAST_BYTES_A_MS;
    this.#heard = Math.min(performance.now(), until);
  }

  #late(): void {
    if (this.#sender) return;
    this.#controller.abort(OVER);
    if (this.#isCollecting) {
      this.#refuse(REFUSALS.NotUnderstood, "the arguments came too late");
    }
  }

  #collected(fate: ReturnType<PieceTaker["take"]>): void {
    if (fate === "wrong") {
      return this.#refuse(
        REFUSALS.NotUnderstood,
        "the arguments are not as long as was said, or a piece is missing",
      );
    }
    if (fate === "taken") {
      const isFirst = this.#told === undefined;
      const isHalf = this.#taker.credit % (PIECE_WINDOW / 2) === 0;
      if (isFirst || isHalf) this.#tellAlive(performance.now());
    }
    if (fate !== "last") return;
    this.#isCollecting = false;
    this.#run().catch((error) => {
      const why = error instanceof Error ? error.message : String(error);
      this.#refuse(REFUSALS.NotUnderstood, `the service failed: ${why}`);
    });
  }

  async #run(): Promise<void> {
    const { queue, run } = this.#around;
    const { tool, wantsStderr } = this.#call;
    const { signal } = this.#controller;
    const place = await queue.enter(tool, signal);
    if (!place) {
      const why = "no slot became free before the caller's deadline";
      return this.#refuse(REFUSALS.Busy, why);
    }
    try {
      const args = await parseJson(this.#taker.bytes());
      const result = await run(tool, args, {
        signal,
        ...wantsStderr ? { onStderr: (bytes) => this.#tellStderr(bytes) } : {},
      });
      this.#answer(result, place.waitedMs);
    } catch (error) {
      this.#failed(error, place.waitedMs);
    } finally {
      place.leave();
    }
  }

  #failed(error: unknown, waitedMs: number): void {
    const { signal } = this.#controller;
    if (signal.aborted && error === signal.reason) {
      if (error !== OVER) {
        return this.#refuse(REFUSALS.Draining, "the service stops");
      }
      const { usage, ...record } = noRecord();
      const durationMs = performance.now() - this.#came - waitedMs;
      return this.#answer(
        failed(new TimeoutExceeded(this.#call.budgetMs), {
          ...record,
          usage: { ...usage, durationMs },
        }),
        waitedMs,
        true,
      );
    }
    if (!(error instanceof UnusableJson)) throw error;
    this.#refuse(REFUSALS.NotUnderstood, `the arguments are ${error.message}`);
  }

  #answer(
    result: CallResult<JsonValue>,
    waitedMs: number,
    isBudget: boolean = false,
  ): void {
    if (this.#isEnded) return;
    // It never reached a guest: another service may have capacity.
    if (!result.ok && result.error.kind === "Busy") {
      return this.#refuse(REFUSALS.Busy, result.error.message);
    }
    const { pieceBytes, send } = this.#around;
    const bytes = writeResult(result, { waitedMs, isBudget });
    const sender = new PieceSender(bytes, pieceBytes, send);
    this.#heard = performance.now();
    this.#sender = sender;
    send(resultFrame(bytes.length, sender.first));
    if (sender.isDone) this.#end();
    else this.#around.onHold();
  }

  #tellAlive(now: number): void {
    this.#told = now;
    this.#around.send(aliveFrame(this.#isCollecting ? this.#taker.credit : 0));
  }

  #tellStderr(bytes: Uint8Array): void {
    const room = MOST_STDERR_BYTES - this.#stderrBytes;
    const told = bytes.subarray(0, Math.max(0, room));
    this.#stderrBytes += told.length;
    const { pieceBytes, send } = this.#around;
    for (let at = 0; at < told.length; at += pieceBytes) {
      send(stderrFrame(told.subarray(at, at + pieceBytes)));
    }
  }

  #refuse(reason: Refusal, why: string): void {
    if (this.#isEnded) return;
    this.#around.send(refusedFrame(reason, why));
    this.#end();
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#isCollecting = false;
    clearTimeout(this.#timer);
    this.#controller.abort(GONE);
    this.#around.onEnd();
  }
}
