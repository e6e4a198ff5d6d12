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
import type { OpenFamily } from "../imports/open_family.ts";
import { GuestInstance, type LoadedModule } from "./instance.ts";
import { openFamilies } from "./loaded_families.ts";
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
  #families: ReadonlyMap<string, OpenFamily> = new Map();
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
      for (const family of this.#families.values()) family.close?.();
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
    const { families } = loaded;
    if (families.System) {
      this.#system = new families.System(this.#request, this.#context);
    }
    this.#families = openFamilies(families, this.#context, this.#system?.wasi);
    this.#guest = new GuestInstance(
      loaded,
      stopPage.memory,
      argumentBytes(this.#request, loaded),
      this.#families,
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
      denied: this.#denied(),
      usage: {
        durationMs: performance.now() - this.#start,
        memoryBytes: this.#guest?.memoryBytes ?? 0,
        fuelConsumed: this.#guest?.fuelConsumed ?? 0n,
      },
    };
  }

  /** What the guest asked for and did not get, as JSON; empty if nothing. */
  #denied(): Uint8Array {
    const denied = [...this.#families.values()]
      .flatMap((family) => family.denied?.() ?? []);
    if (denied.length === 0) return NOTHING;
    return new TextEncoder().encode(JSON.stringify(denied));
  }
}

/** Room that the worker will add for arguments, where the guest has none. */
function argumentBytes(
  { op, payload }: CallRequest,
  { plan }: LoadedModule,
): number {
  return op === Op.Tool && !plan.hasAllocator ? payload.length : 0;
}
