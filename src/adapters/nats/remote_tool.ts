/** A tool that other machines run, called like one of this process. */

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
   * The most milliseconds until the answer is here, the way there and back and
   * the wait for a place included.
   */
  readonly timeout?: number | undefined;
}

/** What a tool elsewhere is called with. */
export interface RemoteTerms {
  readonly subjects: Subjects;
  readonly hash: string;
  readonly timeoutMs: number;
  readonly silenceMs: number;
  readonly maxResultBytes: number;
  readonly validateArguments: boolean;
}

/** The longest that a call may take. */
export const MOST_TIMEOUT_MS: number = 24 * 3_600_000;

/** One call, over all its tries. */
interface Calling {
  readonly args: Uint8Array;
  readonly timeoutMs: number;
  readonly until: number;
  readonly options: RemoteCallOptions;
}

/** A try that has ended. */
interface Tried {
  readonly attempt: CallAttempt;
  readonly end: AttemptEnd;
}

/** Hidden from those who only use tools. */
interface RemoteParts {
  readonly end: CallerEnd;
  readonly schema: ToolSchema;
  readonly terms: RemoteTerms;
}

/**
 * A tool that services on NATS run. Results and errors are those of a tool of
 * this process. Beside those, a call fails with `Busy` when the service that was
 * asked has no room, with `WorkerLost` when it is heard of no more, and with
 * `SandboxClosed` when no service has the tool any more, or the connection is
 * closed.
 */
export class RemoteTool implements Tool {
  readonly #end: CallerEnd;
  readonly #schema: ToolSchema;
  readonly #terms: RemoteTerms;
  readonly #check: ArgumentCheck | undefined;

  /** `remoteTools` makes them. */
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

  /** What the tool says about itself: with a lock, what is locked. */
  schema(): ToolSchema {
    return this.#schema;
  }

  /**
   * Calls the tool.
   *
   * @returns the JSON value that it answered.
   * @throws {SandboxError} when the call fails, here, there or on the way.
   * @throws the signal's reason when the call is aborted.
   */
  async execute(
    args: unknown,
    options: RemoteCallOptions = {},
  ): Promise<JsonValue> {
    return valueOf(await this.call(args, options));
  }

  /**
   * Calls the tool, and never throws for what comes of it.
   *
   * @returns the value or the error, with what the call used there.
   * @throws {TypeError} when `args` can't be JSON, or for an option that does
   * not exist.
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
    // Whoever was asked first is not asked again.
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

  /** Only a call that may run twice is tried twice. */
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
      // The answer has a way to go too.
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
