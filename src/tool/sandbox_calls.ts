/** Makes a sandbox's calls of every kind, from options to result. */

import {
  type AnySandboxError,
  MemoryLimitExceeded,
  SandboxError,
} from "../errors.ts";
import { decodeText } from "../pieces/decode_text.ts";
import { type ChangesOf, noRecord, toCallResult } from "./call_record.ts";
import {
  type NamedCallOptions,
  prepareCall,
  type PreparedCall,
} from "./call_request.ts";
import {
  type CallResult,
  type CallSuccess,
  failed,
  type RecordData,
  succeeded,
} from "./call_result.ts";
import type { CallKind } from "./calls/call_kind.ts";
import { type OverlayStates, useOf } from "./changes/overlay.ts";
import { closedError, type SandboxParts } from "./sandbox_parts.ts";
import {
  moduleInfo,
  type SandboxedModule,
  workerModule,
} from "./sandboxed_module.ts";

/** The overlay state of a call, before and after. */
interface CallOver {
  readonly before: OverlayStates;
  readonly changesOf: ChangesOf;
}

/** Makes calls in the workers of a sandbox. */
export class SandboxCalls {
  readonly #parts: SandboxParts;
  readonly #sandbox: unknown;

  /**
   * @param sandbox The owner of overlays, to detect those of other sandboxes.
   */
  constructor(parts: SandboxParts, sandbox: unknown) {
    this.#parts = parts;
    this.#sandbox = sandbox;
  }

  /** Makes a call; calls on a shared overlay take turns. */
  async call<Input, Value>(
    module: SandboxedModule,
    kind: CallKind<Input, Value>,
    input: Input,
    options: NamedCallOptions,
  ): Promise<CallResult<Value>> {
    const { overlay } = options;
    const use = typeof overlay === "object" ? useOf(overlay) : undefined;
    if (!use) return await this.#callOnce(module, kind, input, options);
    if (use.sandbox !== this.#sandbox) {
      throw new TypeError("Cannot set overlay: another sandbox made it");
    }
    return await use.next(async (before) => {
      let after = before;
      const changesOf = (states: OverlayStates) => {
        after = states;
        return this.#parts.changesOf(states, () => use.settled(states));
      };
      const over = { before, changesOf };
      return [
        await this.#callOnce(module, kind, input, options, over),
        after,
      ];
    });
  }

  async #callOnce<Input, Value>(
    module: SandboxedModule,
    kind: CallKind<Input, Value>,
    input: Input,
    options: NamedCallOptions,
    { before, changesOf }: CallOver = {
      before: {},
      changesOf: (states) => this.#parts.changesOf(states),
    },
  ): Promise<CallResult<Value>> {
    if (this.#parts.isClosed) return failed(closedError(), noRecord());
    this.#parts.modules.check(module);
    const call = prepareCall(
      kind,
      input,
      options,
      this.#parts.config,
      ["name", "workingDirectory"],
      before,
    );
    const ended = this.#parts.callBegins(before);
    try {
      const result = await this.#perform(module, kind.op, call, changesOf);
      if (!result.ok) return result;
      try {
        const decoded = kind.decode(result.value, input);
        const value = decoded instanceof Promise ? await decoded : decoded;
        return succeeded(value, result);
      } catch (error) {
        if (!(error instanceof SandboxError)) throw error;
        const record = kind.answersByStdout ? await printed(result) : result;
        return failed(error as AnySandboxError, record);
      }
    } finally {
      ended();
      call.end();
    }
  }

  async #perform(
    module: SandboxedModule,
    op: CallKind<never, unknown>["op"],
    call: PreparedCall,
    changesOf: ChangesOf,
  ): Promise<CallResult<Uint8Array>> {
    const { limits, meta, payload, ownBytes, handlers, hostCalls, scope } =
      call;
    const { maxMemoryBytes } = limits;
    const { initialBytes } = moduleInfo(module);
    const tooLarge = initialBytes > maxMemoryBytes
      ? `Module starts with ${initialBytes} bytes of memories and tables`
      : ownBytes > maxMemoryBytes
      ? `Arguments have ${ownBytes} bytes`
      : undefined;
    if (tooLarge !== undefined) {
      const message =
        `${tooLarge}, the memory limit is ${maxMemoryBytes} bytes`;
      const error = new MemoryLimitExceeded(maxMemoryBytes, message);
      return failed(error, noRecord());
    }
    const worker = workerModule(module);
    try {
      const end = await this.#parts.pool.run({
        module: worker,
        request: { module: worker.id, op, meta, payload },
        timeoutMs: limits.timeoutMs,
        queueMs: limits.queueMs,
        signal: limits.signal,
        handlers,
        scope,
      });
      hostCalls.end(limits.signal?.reason);
      const result = toCallResult(end, limits, hostCalls.log, changesOf);
      return result instanceof Promise ? await result : result;
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error;
      hostCalls.end();
      return failed(error as AnySandboxError, noRecord(hostCalls.log));
    }
  }
}

/** Output that is not a valid answer is often an error message. */
async function printed(
  result: CallSuccess<Uint8Array>,
): Promise<RecordData> {
  return { ...result, stdout: await decodeText(result.value) };
}
