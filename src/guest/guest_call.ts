/** One call while it is served: its state and its answer. */

import { encodeErrorRecord } from "../channel/error_record.ts";
import {
  type CallAnswer,
  type CallRequest,
  Status,
} from "../channel/layout.ts";
import { ExecutionFailed } from "../errors.ts";
import { GuestStopped, StopReason } from "../stop_page.ts";
import type { CallContext } from "./call_context.ts";
import { callKind, type GuestCallKind } from "./call_kinds.ts";
import type { CallSystem } from "./call_system.ts";
import { describeFailure } from "./failure.ts";
import type { OpenFamily } from "../imports/open_family.ts";
import type { KeptInstance } from "./kept/kept_instance.ts";
import { GuestInstance } from "./instance.ts";
import type { LoadedModule } from "./loaded_module.ts";
import { openFamilies } from "./loaded_families.ts";
import { planCall, type PlannedCall } from "./planned_call.ts";

const NOTHING: Uint8Array = new Uint8Array();

/** One call, from request to answer. */
export class GuestCall {
  readonly #call: PlannedCall;
  readonly #kind: GuestCallKind;
  readonly #context: CallContext;
  readonly #start = performance.now();
  #system: CallSystem | undefined;
  #families: ReadonlyMap<string, OpenFamily> = new Map();
  #guest: GuestInstance | undefined;
  #kept: KeptInstance | undefined;

  constructor(request: CallRequest, context: CallContext) {
    this.#call = planCall(request);
    this.#kind = callKind(request.op);
    this.#context = context;
  }

  /** Runs the call; returns an answer and never throws. */
  run(loaded: LoadedModule | undefined): CallAnswer {
    try {
      if (!loaded) throw new Error("Module is not known to the worker");
      const value = this.#perform(loaded);
      return this.#answer(Status.Value, value);
    } catch (error) {
      return this.failure(error);
    } finally {
      if (!loaded?.session) this.#system?.wasi.close();
      for (const family of this.#families.values()) family.close?.();
    }
  }

  /** The answer of a call that failed. */
  failure(error: unknown): CallAnswer {
    const { stopPage } = this.#context;
    const exitCode = this.#system?.wasi.exitCode;
    const record = describeFailure(error, stopPage, this.#guest, exitCode);
    return this.#answer(Status.Error, encodeErrorRecord(record));
  }

  /** Releases the call's resources; its answer must have been copied out. */
  end(): void {
    this.#guest?.release();
    this.#kept?.end();
  }

  #perform(loaded: LoadedModule): Uint8Array {
    const { stopPage } = this.#context;
    const { families } = loaded;
    this.#kept = loaded.kept;
    this.#system = this.#openSystem(loaded);
    this.#families = openFamilies(
      families,
      this.#context,
      this.#system?.wasi,
      loaded.plan.numericImports,
    );
    const { maxMemoryBytes } = loaded.plan;
    const ownLimit = this.#call.plan.maxMemoryBytes ?? maxMemoryBytes;
    stopPage.withhold(maxMemoryBytes - ownLimit);
    if (loaded.kept) {
      this.#guest = loaded.kept.begin(this.#families, this.#call.plan);
      loaded.kept.start();
    } else {
      this.#guest = new GuestInstance(loaded, this.#argumentBytes(loaded));
      this.#guest.instantiate(stopPage.memory, this.#imports());
      this.#guest.begin(this.#families, this.#call.plan);
      this.#guest.start();
    }
    const value = this.#kind.run({
      ...this.#call,
      guest: this.#guest,
      system: this.#system,
      stopPage,
      maxResultBytes: this.#context.maxResultBytes,
    });
    // A guest can catch what an import throws, and still return.
    const { reason } = stopPage;
    const isEnd = reason === StopReason.Running ||
      (reason === StopReason.Exit && this.#kind.isProgram);
    if (!isEnd) throw new GuestStopped();
    // There is no check between a guest's last operators and its return.
    if (this.#guest.hasOverrun) {
      throw new ExecutionFailed("Guest consumed more fuel than its limit");
    }
    return value;
  }

  #openSystem(
    { families, kept, session }: LoadedModule,
  ): CallSystem | undefined {
    const { openSystem } = families;
    if (!openSystem) return undefined;
    const image = kept?.image;
    return session
      ? session.enter(this.#call, this.#context, image, openSystem)
      : openSystem(this.#call, this.#context, image);
  }

  #imports(): WebAssembly.Imports {
    const imports: WebAssembly.Imports = Object.create(null);
    for (const [module, family] of this.#families) {
      imports[module] = family.imports;
    }
    return imports;
  }

  /**
   * Memory that the worker will add for arguments, if the guest has no
   * allocator.
   */
  #argumentBytes({ plan }: LoadedModule): number {
    return this.#kind.placesPayload && !plan.hasAllocator
      ? this.#call.payload.length
      : 0;
  }

  #answer(status: Status, value: Uint8Array): CallAnswer {
    const streams = this.#system?.streams;
    const isAnswer = this.#kind.answersByStdout && status === Status.Value;
    const memoryBytes = this.#guest?.memoryBytes ?? 0;
    return {
      status,
      value,
      stdout: isAnswer ? NOTHING : streams?.stdout ?? NOTHING,
      stderr: streams?.stderr ?? NOTHING,
      isCut: streams?.isCut ?? false,
      files: this.#system?.files() ?? NOTHING,
      denied: this.#denied(),
      usage: {
        durationMs: performance.now() - this.#start,
        memoryBytes,
        peakMemoryBytes: memoryBytes,
        fuelConsumed: this.#guest?.fuelConsumed ?? 0n,
        restoreMs: this.#kept?.restoreMs ?? 0,
      },
    };
  }

  /** What the guest was refused, as JSON; empty if nothing. */
  #denied(): Uint8Array {
    if (this.#families.size === 0) return NOTHING;
    const denied = [
      ...[...this.#families.values()]
        .flatMap((family) => family.denied?.() ?? []),
      ...this.#system?.wasi.takeDenied() ?? [],
    ];
    if (denied.length === 0) return NOTHING;
    return new TextEncoder().encode(JSON.stringify(denied));
  }
}
