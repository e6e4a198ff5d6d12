/** One call while it is served: what it has so far, and what it comes to. */

import { encodeErrorRecord } from "../channel/error_record.ts";
import {
  type CallAnswer,
  type CallRequest,
  Op,
  Status,
} from "../channel/layout.ts";
import { GuestStopped, StopReason } from "../stop_page.ts";
import type { CallContext } from "./call_context.ts";
import type { CallSystem } from "./call_system.ts";
import { describeFailure } from "./failure.ts";
import type { Http } from "../imports/http/http.ts";
import { GuestInstance, type LoadedModule } from "./instance.ts";
import { callNumeric } from "./numeric_abi.ts";
import { isProgram, runCommand, runProgram } from "./program_abi.ts";
import { callExecute, callSchema } from "./tool_abi.ts";

const NOTHING: Uint8Array = new Uint8Array();

/** One call, from its request to its answer. */
export class GuestCall {
  readonly #request: CallRequest;
  readonly #context: CallContext;
  readonly #start = performance.now();
  #system: CallSystem | undefined;
  #http: Http | undefined;
  #guest: GuestInstance | undefined;

  constructor(request: CallRequest, context: CallContext) {
    this.#request = request;
    this.#context = context;
  }

  /** Runs the call; what it comes to is an answer, never an exception. */
  run(loaded: LoadedModule | undefined): CallAnswer {
    try {
      if (!loaded) throw new Error("Module is not known to the worker");
      const value = this.#perform(loaded);
      return this.#answer(Status.Value, value, this.#system?.files());
    } catch (error) {
      return this.failure(error);
    } finally {
      this.#system?.wasi.close();
      this.#http?.close();
    }
  }

  /** The answer of a call that failed. */
  failure(error: unknown): CallAnswer {
    const { stopPage } = this.#context;
    const exitCode = this.#system?.wasi.exitCode;
    const record = describeFailure(error, stopPage, this.#guest, exitCode);
    return this.#answer(Status.Error, encodeErrorRecord(record), NOTHING);
  }

  /** Lets go of what the call used; its answer must have been copied. */
  end(): void {
    this.#guest?.release();
  }

  #perform(loaded: LoadedModule): Uint8Array {
    const { stopPage } = this.#context;
    if (loaded.System) {
      this.#system = new loaded.System(this.#request, this.#context);
    }
    const wasi = this.#system?.wasi;
    if (loaded.plan.usesHttp) this.#http = this.#connect();
    this.#guest = new GuestInstance(
      loaded,
      stopPage.memory,
      argumentBytes(this.#request, loaded),
      wasi,
      this.#http,
    );
    this.#guest.start();
    const value = this.#dispatch(this.#guest, loaded);
    // A guest can catch what an import throws, and return all the same.
    const { reason } = stopPage;
    const isEnd = reason === StopReason.Running ||
      (reason === StopReason.Exit && isProgram(this.#request.op));
    if (!isEnd) throw new GuestStopped();
    return value;
  }

  #connect(): Http {
    const { openHttp } = this.#context;
    if (!openHttp) throw new Error("Worker has no way to the network");
    return openHttp();
  }

  #dispatch(guest: GuestInstance, { plan }: LoadedModule): Uint8Array {
    const { op, meta, payload } = this.#request;
    const { maxResultBytes, stopPage } = this.#context;
    switch (op) {
      case Op.Schema:
        return callSchema(guest, maxResultBytes);
      case Op.Tool:
        return callExecute(guest, payload, maxResultBytes);
      case Op.Numeric:
        return callNumeric(guest, meta, payload, plan.results[meta] ?? []);
      case Op.Run:
        return runProgram(guest, this.#system, stopPage);
      case Op.Command:
        return runCommand(guest, this.#system, stopPage);
    }
  }

  #answer(
    status: Status,
    value: Uint8Array,
    files: Uint8Array = NOTHING,
  ): CallAnswer {
    const streams = this.#system?.streams;
    // A command's standard output is the value itself.
    const isAnswer = this.#request.op === Op.Command && status === Status.Value;
    return {
      status,
      value,
      stdout: isAnswer ? NOTHING : streams?.stdout ?? NOTHING,
      stderr: streams?.stderr ?? NOTHING,
      isCut: streams?.isCut ?? false,
      files,
      denied: this.#http?.denied() ?? NOTHING,
      usage: {
        durationMs: performance.now() - this.#start,
        memoryBytes: this.#guest?.memoryBytes ?? 0,
        fuelConsumed: this.#guest?.fuelConsumed ?? 0n,
      },
    };
  }
}

/** Room that the worker will add for arguments, where the guest has none. */
function argumentBytes(
  { op, payload }: CallRequest,
  { plan }: LoadedModule,
): number {
  return op === Op.Tool && !plan.hasAllocator ? payload.length : 0;
}
