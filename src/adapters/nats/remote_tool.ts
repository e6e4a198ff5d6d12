/** A remote tool, called like a local one. */

import { checkKnown, checkTime } from "../../config/option_checks.ts";
import { ArgumentCheck } from "../../tool/argument_check.ts";
import { argumentJson } from "../../tool/argument_json.ts";
import { noRecord } from "../../tool/call_record.ts";
import { type CallResult, failed, valueOf } from "../../tool/call_result.ts";
import type {
  JsonValue,
  Tool,
  ToolCallOptions,
  ToolSchema,
} from "../../tool/tool.ts";
import type { AttemptEnd, CallAttempt } from "./call_attempt.ts";
import { attemptError } from "./attempt_error.ts";
import type { CallerEnd } from "./caller_end.ts";
import { REFUSALS } from "./frames.ts";
import type { Subjects } from "./subjects.ts";
import { StderrTeller } from "./stderr_teller.ts";
import { readResult } from "./wire_result.ts";

/** Options of a call of a {@linkcode RemoteTool}. */
export interface RemoteCallOptions extends ToolCallOptions {
  /**
   * The time limit in milliseconds until the result arrives, including network
   * round trip and queueing.
   */
  readonly timeout?: number | undefined;
}

/** The terms for calls of a remote tool. */
export interface RemoteTerms {
  readonly subjects: Subjects;
  readonly hash: string;
  readonly timeoutMs: number;
  readonly silenceMs: number;
  readonly maxResultBytes: number;
  readonly validateArguments: boolean;
}

/** The maximum timeout of a call. */
export const MOST_TIMEOUT_MS: number = 24 * 3_600_000;

/** One call, over all its attempts. */
interface Calling {
  readonly args: Uint8Array;
  readonly timeoutMs: number;
  readonly until: number;
  readonly options: RemoteCallOptions;
}

/** An attempt that has ended. */
interface Tried {
  readonly attempt: CallAttempt;
  readonly end: AttemptEnd;
}

/** The internal parts of a remote tool. */
interface RemoteParts {
  readonly end: CallerEnd;
  readonly schema: ToolSchema;
  readonly terms: RemoteTerms;
}

/**
 * A tool run by services on NATS. Results and errors are those of a local tool.
 * In addition, a call fails with `Busy` when the service is at capacity, with
 * `WorkerLost` when the service stops responding, and with `SandboxClosed` when
 * no service has the tool anymore or the connection is closed.
 */
export class RemoteTool implements Tool {
  readonly #end: CallerEnd;
  readonly #schema: ToolSchema;
  readonly #terms: RemoteTerms;
  readonly #check: ArgumentCheck | undefined;

  /** Use {@linkcode remoteTools}. */
  constructor(parts: RemoteParts) {
    this.#end = parts.end;
    this.#schema = parts.schema;
    this.#terms = parts.terms;
    if (parts.terms.validateArguments) {
      this.#check = new ArgumentCheck(parts.schema);
    }
  }

  /** The hash of its entry in tools.lock, in hexadecimal. */
  get hash(): string {
    return this.#terms.hash;
  }

  /** The tool's schema; with a lock, the locked one. */
  schema(): ToolSchema {
    return this.#schema;
  }

  /**
   * Calls the tool.
   *
   * @returns the JSON value that the tool returned.
   * @throws {SandboxError} when the call fails, locally, remotely or in
   * transit.
   * @throws the signal's reason when the call is aborted.
   */
  async execute(
    args: unknown,
    options: RemoteCallOptions = {},
  ): Promise<JsonValue> {
    return valueOf(await this.call(args, options));
  }

  /**
   * Calls the tool; returns failures instead of throwing them.
   *
   * @returns the value or the error, with the call's usage there.
   * @throws {TypeError} when `args` can't be JSON, or for an unknown option.
   * @throws the signal's reason when the call is aborted; the guest is stopped.
   */
  async call(
    args: unknown,
    options: RemoteCallOptions = {},
  ): Promise<CallResult<JsonValue>> {
    checkKnown("options of a call", options, [
      "signal",
      "context",
      "onStderr",
      "timeout",
    ]);
    const timeoutMs = options.timeout === undefined
      ? this.#terms.timeoutMs
      : checkTime("timeout", options.timeout, MOST_TIMEOUT_MS);
    options.signal?.throwIfAborted();
    const until = performance.now() + timeoutMs;
    const json = argumentJson(args);
    const error = await this.#check?.errorOf(args, json.length);
    if (error) return failed(error, noRecord());
    const bytes = new TextEncoder().encode(json);
    return await this.#tries({ args: bytes, timeoutMs, until, options });
  }

  async #tries(calling: Calling): Promise<CallResult<JsonValue>> {
    const { name } = this.#schema;
    const { subjects, hash } = this.#terms;
    const any = subjects.call(name, hash);
    const first = await this.#try(calling, any);
    const isLate = performance.now() >= calling.until;
    if (isLate || !this.#maySecond(first.end)) {
      return this.#result(first, calling);
    }
    // The first service is not asked again.
    const { instance = "" } = first.attempt;
    if (first.end.kind === "silent") this.#end.forget(instance);
    const other = this.#end.another(instance);
    const second = await this.#try(
      calling,
      other === undefined ? any : subjects.direct(other, name, hash),
    );
    if (second.end.kind !== "nobody" || other === undefined) {
      return this.#result(second, calling);
    }
    this.#end.forget(other);
    return this.#result(await this.#try(calling, any), calling);
  }

  /** Only calls that may run twice are retried. */
  #maySecond({ kind, ...end }: AttemptEnd): boolean {
    const { idempotentHint, readOnlyHint } = this.#schema.annotations ?? {};
    if (!(idempotentHint || readOnlyHint)) return false;
    if (kind === "silent") return true;
    const reason = "reason" in end ? end.reason : undefined;
    return reason === REFUSALS.Busy || reason === REFUSALS.Draining;
  }

  async #try(calling: Calling, subject: string): Promise<Tried> {
    const { args, until, options: { signal, onStderr } } = calling;
    const gaveUp = Promise.withResolvers<AttemptEnd>();
    const giveUp = () => gaveUp.resolve({ kind: "given up" });
    const teller = onStderr && new StderrTeller(onStderr, giveUp);
    const leftMs = until - performance.now();
    const attempt = this.#begin(args, subject, leftMs, teller);
    const timer = setTimeout(giveUp, leftMs);
    signal?.addEventListener("abort", giveUp, { once: true });
    if (signal?.aborted) giveUp();
    gaveUp.promise.then((end) => attempt.finish(end));
    try {
      const ended = await attempt.end;
      const told = teller?.told.then(() => ended);
      const end = told ? await Promise.race([told, gaveUp.promise]) : ended;
      teller?.check();
      return { attempt, end };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
    }
  }

  #begin(
    args: Uint8Array,
    subject: string,
    leftMs: number,
    teller: StderrTeller | undefined,
  ): CallAttempt {
    const { subjects, silenceMs, maxResultBytes } = this.#terms;
    const attempt = this.#end.begin(args, {
      subjects,
      subject,
      // Leaves time for the response to travel.
      budgetMs: Math.max(1, Math.floor(leftMs - this.#end.wayMs)),
      pieceBytes: this.#end.pieceBytes,
      maxResultBytes,
      silenceMs,
      onStderr: teller?.take,
    });
    if (this.#end.isClosed) attempt.finish({ kind: "closed" });
    return attempt;
  }

  async #result(
    { attempt, end }: Tried,
    { timeoutMs, options }: Calling,
  ): Promise<CallResult<JsonValue>> {
    options.signal?.throwIfAborted();
    if (end.kind === "result") {
      const tool = this.#schema.name;
      return await readResult(end.bytes, { tool, timeoutMs });
    }
    const asked = { tool: this.#schema.name, hash: this.hash, timeoutMs };
    const error = attemptError(end, attempt.instance, asked);
    return failed(error, noRecord());
  }
}
