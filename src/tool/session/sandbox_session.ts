/** A session: calls that share one instance, one after another. */

import type { CallPlan } from "../../contract/call_plan.ts";
import type { StateImage } from "../../contract/state_image.ts";
import { Status } from "../../channel/layout.ts";
import type { CallOptions } from "../../config/call_options.ts";
import type { SandboxConfig } from "../../config/sandbox_config.ts";
import {
  type AnySandboxError,
  Busy,
  SandboxClosed,
  SandboxError,
} from "../../errors.ts";
import { CallScope } from "../../host/pool/call_scope.ts";
import { IdleTimer } from "../../timer.ts";
import type { SessionWorker } from "../../host/sessions/session_workers.ts";
import type { Changes } from "../changes/changes.ts";
import type { OverlayStates } from "../changes/overlay.ts";
import { noRecord, toCallResult } from "../call_record.ts";
import { prepareCall, type PreparedCall } from "../call_request.ts";
import { type CallResult, failed, succeeded, valueOf } from "../call_result.ts";
import { BYTES_CALL, START_CALL } from "../calls/bytes_call.ts";
import { bytesInput } from "../bytes_input.ts";
import type { CallKind } from "../calls/call_kind.ts";
import {
  decodeNumbers,
  type Numbers,
  NUMERIC_CALL,
  numericInput,
} from "../calls/numeric_call.ts";
import { TOOL_CALL } from "../calls/tool_call.ts";
import { exportSignature, type SandboxedModule } from "../sandboxed_module.ts";
import type { ModuleSnapshot } from "../snapshot/module_snapshot.ts";
import type { JsonValue } from "../tool.ts";
import type { SessionOptions } from "./session_options.ts";
import { SessionQueue } from "./session_queue.ts";

/** What a session is made of. */
export interface SessionParts {
  readonly worker: SessionWorker;
  /** The module, under the number that the worker knows it by. */
  readonly module: SandboxedModule;
  readonly id: number;
  readonly config: SandboxConfig;
  readonly options: SessionOptions;
  readonly idleMs: number;
  /** Makes a snapshot of the module with this state. */
  readonly snapshot: (image: StateImage) => ModuleSnapshot;
  /** Opens another session that begins in a snapshot. */
  readonly open: (snapshot: ModuleSnapshot) => Promise<SandboxSession>;
  /** Makes changes of what is in its overlays now. */
  readonly changesOf: (
    states: OverlayStates,
    onSettled: () => void,
  ) => Changes;
  /** Says that a call begins with what earlier ones left in overlays. */
  readonly callBegins: (before: OverlayStates) => () => void;
  /** Lets go of a snapshot that only a session began in. */
  readonly forget: (snapshot: ModuleSnapshot) => void;
}

/** Makes a session; only a sandbox does. */
export let createSession: (parts: SessionParts) => SandboxSession;

/** Runs a call of any kind in a session. */
export let callSession: <Input, Value>(
  session: SandboxSession,
  kind: CallKind<Input, Value>,
  input: Input,
  options: CallOptions,
) => Promise<CallResult<Value>>;

/**
 * An instance that stays: what one call leaves in its memory and its files, the
 * next one finds. Every call has its own limits and streams. Made by
 * `ToolSandbox.session`.
 *
 * Calls run one after another. One that is stopped, traps or runs out of fuel
 * leaves an instance that nobody can rely on: it ends the session, unless the
 * session was opened with `rollback`. A host function that such a call waits for
 * can't use the session itself: that fails at once.
 *
 * ```ts
 * import { ToolSandbox } from "@cortexai/sandbox";
 *
 * // A module that counts its calls.
 * const COUNT = Uint8Array.fromBase64(
 *   "AGFzbQEAAAABBQFgAAF/AwIBAAYGAX8BQQALBwkBBWNvdW50AAAKDQELACMAQQFqJAAjAAs=",
 * );
 *
 * await using sandbox = new ToolSandbox();
 * const module = await sandbox.loadModule(COUNT);
 * await using session = await sandbox.session(module);
 * await session.execute("count");
 * await using fork = await session.fork();
 * console.log(await session.execute("count")); // [ 2 ]
 * console.log(await fork.execute("count")); // [ 2 ]
 * ```
 */
export class SandboxSession implements AsyncDisposable {
  readonly #parts: SessionParts;
  readonly #queue: SessionQueue = new SessionQueue(
    () => this.#idleTimer?.clear(),
    () => this.#rest(),
  );
  /** Why no more calls are taken. */
  #ended: string | undefined;
  /** What its overlays held after the last call. */
  #states: OverlayStates | undefined;
  /** Whether that was committed or dropped. */
  #isSettled = false;
  #idleTimer: IdleTimer | undefined;

  private constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#rest();
  }

  static {
    createSession = (parts) => new SandboxSession(parts);
    callSession = (session, kind, input, options) =>
      session.#call(kind, input, options);
  }

  /** Why the session takes no more calls; `undefined` while it does. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /**
   * Calls an exported function with numbers.
   *
   * @param name The name of the export.
   * @param args The arguments: i64 takes a bigint or a whole number, all others
   * numbers.
   * @param options Limits, files and streams of this call.
   * @returns the results: i64 as bigint, all others as number.
   * @throws {SandboxError} as `ToolSandbox.execute`, and `SandboxClosed` when
   * the session has ended.
   * @throws {TypeError} when an argument is not a number of its type.
   * @throws the signal's reason when the call is aborted.
   */
  async execute(
    name: string,
    args: Numbers = [],
    options: CallOptions = {},
  ): Promise<(number | bigint)[]> {
    return valueOf(await this.call(name, args, options));
  }

  /**
   * Calls an exported function with numbers; never throws for a guest.
   *
   * @param name The name of the export.
   * @param args The arguments, as of {@linkcode execute}.
   * @param options Limits, files and streams of this call.
   * @returns the results or the error, with what the call used and printed.
   * @throws {ExecutionFailed} when there is no such export.
   * @throws {TypeError} when an argument is not a number of its type.
   * @throws the signal's reason when the call is aborted.
   */
  async call(
    name: string,
    args: Numbers = [],
    options: CallOptions = {},
  ): Promise<CallResult<(number | bigint)[]>> {
    const signature = exportSignature(this.#parts.module, name);
    const input = numericInput(name, signature, args);
    const result = await this.#call(NUMERIC_CALL, input, options);
    if (!result.ok) return result;
    return succeeded(decodeNumbers(result.value, signature), result);
  }

  /**
   * Calls `__tool_execute` with a JSON value; never throws for a guest.
   *
   * @param args Any JSON value; it is not checked against a schema.
   * @param options Limits, files and streams of this call.
   * @returns the answer or the error, with what the call used.
   * @throws {TypeError} when `args` cannot be JSON.
   * @throws {ExecutionFailed} when the module is not a tool.
   * @throws the signal's reason when the call is aborted.
   */
  async callTool(
    args: unknown,
    options: CallOptions = {},
  ): Promise<CallResult<JsonValue>> {
    exportSignature(this.#parts.module, "__tool_execute");
    const json = JSON.stringify(args);
    if (json === undefined) {
      throw new TypeError("Cannot call tool: the arguments are not JSON");
    }
    const bytes = new TextEncoder().encode(json);
    return await this.#call(TOOL_CALL, bytes, options);
  }

  /**
   * Calls an export that takes bytes, placed where the export `allocator` says;
   * never throws for a guest.
   *
   * @param name An export of type `(i32 pointer, i32 length)`.
   * @param bytes What the guest gets.
   * @param allocator An export of type `(i32 length) -> i32`.
   * @param options Limits, files and streams of this call.
   * @returns what it returned, an i32.
   * @throws {ExecutionFailed} when an export is missing or of another type.
   * @throws the signal's reason when the call is aborted.
   */
  async callBytes(
    name: string,
    bytes: Uint8Array,
    allocator: string,
    options: CallOptions = {},
  ): Promise<CallResult<number>> {
    const input = bytesInput(this.#parts.module, name, bytes, allocator);
    return await this.#call(BYTES_CALL, input, options);
  }

  /**
   * Takes the present state, as a module whose calls begin in it. Waits for
   * calls that were made before.
   *
   * @returns the snapshot; the session goes on.
   * @throws {ExecutionFailed} when something is open or cannot be taken.
   * @throws {SandboxClosed} when the session has ended.
   */
  async snapshot(): Promise<ModuleSnapshot> {
    return await this.#queue.next(new CallScope(), async () => {
      this.#checkOpen();
      return this.#parts.snapshot(await this.#parts.worker.take());
    });
  }

  /**
   * Opens a second session that goes on from the present state.
   *
   * @returns the other session, which is the caller's to close.
   * @throws as {@linkcode snapshot}, and `Busy` at the limit of sessions.
   */
  async fork(): Promise<SandboxSession> {
    const snapshot = await this.snapshot();
    try {
      return await this.#parts.open(snapshot);
    } finally {
      this.#parts.forget(snapshot);
    }
  }

  /** Ends the session: stops what runs, and frees everything. */
  async close(): Promise<void> {
    await this.#end("it was closed");
  }

  /** The same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #call<Input, Value>(
    kind: CallKind<Input, Value>,
    input: Input,
    options: CallOptions,
  ): Promise<CallResult<Value>> {
    if (this.#queue.length > this.#parts.config.maxQueuedCalls) {
      return failed(new Busy(this.#parts.config.maxQueuedCalls), noRecord());
    }
    if (options.overlay) {
      throw new TypeError(
        "Cannot set overlay: a session has an overlay of its own",
      );
    }
    const call = prepareCall(kind, input, options, this.#parts.config);
    const since = performance.now();
    try {
      return await this.#queue.next(call.scope, async () => {
        const result = await this.#perform(kind.op, call, since);
        if (!result.ok) return result;
        return succeeded(await kind.decode(result.value, input), result);
      });
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error;
      return failed(error as AnySandboxError, noRecord());
    } finally {
      call.end();
    }
  }

  async #perform(
    op: CallKind<never, unknown>["op"],
    { limits, meta, payload, handlers, hostCalls }: PreparedCall,
    since: number,
  ): Promise<CallResult<Uint8Array>> {
    this.#checkOpen();
    limits.signal?.throwIfAborted();
    const { worker, id } = this.#parts;
    const ended = this.#parts.callBegins(this.#states ?? {});
    const waitedMs = performance.now() - since;
    try {
      const end = await worker.call({
        request: { module: id, op, meta: this.#planned(meta), payload },
        timeoutMs: limits.timeoutMs,
        signal: limits.signal,
        handlers,
      });
      const isKept = end.answer.status === Status.Value;
      if (isKept) this.#isSettled = false;
      else await this.#failed();
      return await toCallResult(
        { ...end, waitedMs },
        limits,
        hostCalls.log,
        (states) => this.#changesOf(states, isKept),
      );
    } catch (error) {
      // The guest was stopped, or its worker is lost.
      if (!this.#parts.options.rollback || worker.loss) {
        await this.#end("a call did not end by itself");
      }
      throw error;
    } finally {
      ended();
    }
  }

  /** A plan that begins with empty overlays, where they were settled. */
  #planned(meta: string): string {
    if (!this.#isSettled) return meta;
    const plan: CallPlan = meta === "" ? {} : JSON.parse(meta);
    return JSON.stringify({ ...plan, emptiesOverlays: true });
  }

  /** Only what the last call left is all that its overlays hold. */
  #changesOf(states: OverlayStates, isKept: boolean): Changes {
    if (isKept) this.#states = states;
    return this.#parts.changesOf(states, () => {
      if (this.#states === states) this.#isSettled = true;
    });
  }

  async #failed(): Promise<void> {
    if (this.#parts.options.rollback) return;
    await this.#end("a call failed and left its state unusable");
  }

  #rest(): void {
    if (this.#ended !== undefined) return;
    const { idleMs } = this.#parts;
    this.#idleTimer = new IdleTimer(
      idleMs,
      () => this.#end(`nothing called it for ${idleMs} ms`),
    );
  }

  #checkOpen(): void {
    if (this.#ended === undefined && this.#parts.worker.isOpen) return;
    const why = this.#ended ?? "its sandbox was closed";
    throw new SandboxClosed(`Session has ended: ${why}`);
  }

  async #end(why: string): Promise<void> {
    this.#ended ??= why;
    this.#idleTimer?.clear();
    await this.#parts.worker.close();
  }
}

/**
 * Starts a session's instance.
 *
 * @throws {SandboxError} when it does not start.
 */
export async function startSession(
  session: SandboxSession,
  options: CallOptions,
): Promise<void> {
  valueOf(await callSession(session, START_CALL, undefined, options));
}
