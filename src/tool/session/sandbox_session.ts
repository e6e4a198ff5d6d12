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
  /** The module, with the id that the worker knows it by. */
  readonly module: SandboxedModule;
  readonly id: number;
  readonly config: SandboxConfig;
  readonly options: SessionOptions;
  readonly idleMs: number;
  /** Makes a snapshot of the module with this state. */
  readonly snapshot: (image: StateImage) => ModuleSnapshot;
  /** Opens another session that starts from a snapshot. */
  readonly open: (snapshot: ModuleSnapshot) => Promise<SandboxSession>;
  /** Builds `Changes` from the current state of its overlays. */
  readonly changesOf: (
    states: OverlayStates,
    onSettled: () => void,
  ) => Changes;
  /** Records that a call begins with the overlay state of earlier calls. */
  readonly callBegins: (before: OverlayStates) => () => void;
  /** Releases a snapshot that was taken only to start a session. */
  readonly forget: (snapshot: ModuleSnapshot) => void;
}

/** Creates a session; used only by sandboxes. */
export let createSession: (parts: SessionParts) => SandboxSession;

/** Runs a call of any kind in a session. */
export let callSession: <Input, Value>(
  session: SandboxSession,
  kind: CallKind<Input, Value>,
  input: Input,
  options: CallOptions,
) => Promise<CallResult<Value>>;

/**
 * A persistent instance: each call finds the memory and files that the previous
 * one left. Every call has its own limits and streams. Created by
 * `ToolSandbox.session`.
 *
 * Calls run one at a time. A call that is stopped, traps or runs out of fuel
 * leaves the instance in an undefined state, and ends the session, unless it
 * was opened with `rollback`. A host function called from the session can't use
 * the session itself: that fails at once.
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
  /** Why the session has ended. */
  #ended: string | undefined;
  /** The overlay state after the last call. */
  #states: OverlayStates | undefined;
  /** Whether that state was committed or dropped. */
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

  /** Why the session has ended; `undefined` while it is open. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /**
   * Calls an exported function with numbers.
   *
   * @param name The name of the export.
   * @param args The arguments: i64 takes a bigint or an integer, all other
   * types a number.
   * @param options Limits, files and streams of this call.
   * @returns the results: i64 as bigint, all other types as number.
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
   * Calls an exported function with numbers; returns guest failures instead of
   * throwing them.
   *
   * @param name The name of the export.
   * @param args The arguments, as for {@linkcode execute}.
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
   * Calls `__tool_execute` with a JSON value; returns guest failures instead of
   * throwing them.
   *
   * @param args Any JSON value; it is not validated against a schema.
   * @param options Limits, files and streams of this call.
   * @returns the result or the error, with what the call used.
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
   * Calls an export that takes bytes, copied to memory that the export
   * `allocator` returns; returns guest failures instead of throwing them.
   *
   * @param name An export of type `(i32 pointer, i32 length)`.
   * @param bytes The bytes to pass to the guest.
   * @param allocator An export of type `(i32 length) -> i32`.
   * @param options Limits, files and streams of this call.
   * @returns the returned i32, or the error.
   * @throws {ExecutionFailed} when an export is missing or has the wrong type.
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
   * Takes a snapshot of the current state: a module whose calls start from it.
   * Waits for calls that were made before.
   *
   * @returns the snapshot; the session stays open.
   * @throws {ExecutionFailed} when a descriptor is open, or the state can't be
   * captured.
   * @throws {SandboxClosed} when the session has ended.
   */
  async snapshot(): Promise<ModuleSnapshot> {
    return await this.#queue.next(new CallScope(), async () => {
      this.#checkOpen();
      return this.#parts.snapshot(await this.#parts.worker.take());
    });
  }

  /**
   * Opens a second session that continues from the current state.
   *
   * @returns the new session, which the caller must close.
   * @throws as {@linkcode snapshot}, and `Busy` when `maxSessions` are open.
   */
  async fork(): Promise<SandboxSession> {
    const snapshot = await this.snapshot();
    try {
      return await this.#parts.open(snapshot);
    } finally {
      this.#parts.forget(snapshot);
    }
  }

  /** Ends the session: stops the running call and frees all resources. */
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

  /**
   * A plan that starts with empty overlays, if they were committed or dropped.
   */
  #planned(meta: string): string {
    if (!this.#isSettled) return meta;
    const plan: CallPlan = meta === "" ? {} : JSON.parse(meta);
    return JSON.stringify({ ...plan, emptiesOverlays: true });
  }

  /** Only the state after the last call is what the overlays hold. */
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
 * Starts the instance of a session.
 *
 * @throws {SandboxError} when it does not start.
 */
export async function startSession(
  session: SandboxSession,
  options: CallOptions,
): Promise<void> {
  valueOf(await callSession(session, START_CALL, undefined, options));
}
