/** What a session keeps between its calls, beside its instance. */

import type { DirectoryImage, StateImage } from "../../contract/state_image.ts";
import { ExecutionFailed } from "../../errors.ts";
import type { CallContext } from "../call_context.ts";
import type { CallSystem } from "../call_system.ts";
import type { LoadedFamilies } from "../loaded_families.ts";
import type { PlannedCall } from "../planned_call.ts";
import type { KeptInstance } from "./kept_instance.ts";
import { reusedImageMemory } from "./memory_state.ts";

/** What a state has beside its instance. */
type FilesImage = Omit<StateImage, "memories" | "globals" | "tables">;

const NO_FILES: FilesImage = {
  hostDirectories: [],
  directories: [],
  scratch: {},
  overlays: {},
  monotonicMs: 0,
};

/** The system that all calls of a session share: its files and descriptors. */
export class SessionState {
  #setup: PlannedCall;
  readonly #rollsBack: boolean;
  #system: CallSystem | undefined;
  /** Where the state before a call is put, for one that can be rolled back. */
  #copies: readonly WebAssembly.Memory[] | undefined;

  /**
   * @param setup What the session brings: arguments, variables, files.
   * @param rollsBack Whether a call that fails leaves the state as it was.
   */
  constructor(setup: PlannedCall, rollsBack: boolean) {
    this.#setup = setup;
    this.#rollsBack = rollsBack;
  }

  /** The system, connected to the streams and files of this call. */
  enter(
    call: PlannedCall,
    context: CallContext,
    image: StateImage | undefined,
    System: typeof CallSystem,
  ): CallSystem {
    const system = this.#open(context, image, System);
    if (call.plan.emptiesOverlays) system.wasi.emptyOverlays();
    system.enter(call, context);
    return system;
  }

  /**
   * Takes the state between two calls.
   *
   * @param families What the module imports.
   * @param into Where its memories are put, if not into new ones.
   * @throws {ExecutionFailed} when there is something that can't be taken.
   */
  take(
    kept: KeptInstance,
    context: CallContext,
    { System }: LoadedFamilies,
    into?: readonly WebAssembly.Memory[],
  ): StateImage {
    const files = System
      ? filesOf(this.#open(context, kept.image, System), context)
      : NO_FILES;
    return { ...kept.take(into), ...files };
  }

  /**
   * Takes the state before a call, if it is to be put back after a failure.
   *
   * @returns what puts it back.
   * @throws {ExecutionFailed} when there is something that can't be taken.
   */
  checkpoint(
    kept: KeptInstance | undefined,
    context: CallContext,
    families: LoadedFamilies,
  ): (() => void) | undefined {
    if (!this.#rollsBack || !kept) return undefined;
    const image = this.#takeForRollback(kept, context, families);
    return () => {
      kept.use(image);
      kept.restore();
      // The next call opens its files as they were; what the session brought
      // is among them, as it may have changed since.
      this.close();
      this.#setup = { ...this.#setup, memoryDirectories: [] };
    };
  }

  /** Lets go of what is open. */
  close(): void {
    this.#system?.wasi.close();
    this.#system = undefined;
  }

  #open(
    context: CallContext,
    image: StateImage | undefined,
    System: typeof CallSystem,
  ): CallSystem {
    return this.#system ??= new System(this.#setup, context, image);
  }

  #takeForRollback(
    kept: KeptInstance,
    context: CallContext,
    families: LoadedFamilies,
  ): StateImage {
    try {
      this.#copies ??= kept.memories.map(reusedImageMemory);
      return this.take(kept, context, families, this.#copies);
    } catch (error) {
      if (!(error instanceof ExecutionFailed)) throw error;
      const why = error.message.replace(/^Cannot take a snapshot: /, "");
      throw new ExecutionFailed(
        `Cannot make a call that could be rolled back: ${why}`,
      );
    }
  }
}

function filesOf(
  system: CallSystem,
  { grants }: CallContext,
): FilesImage {
  const { wasi } = system;
  const [open] = wasi.changedDescriptors;
  if (open !== undefined) {
    throw new ExecutionFailed(
      `Cannot take a snapshot: descriptor ${open} was opened, closed or moved; only standard streams and granted directories can be taken`,
    );
  }
  return {
    hostDirectories: grants.directories.map(({ guest }) => guest),
    directories: directoryImages(system),
    scratch: wasi.scratchFiles(),
    overlays: wasi.unsettledOverlays(),
    monotonicMs: wasi.monotonicMs,
  };
}

function directoryImages({ wasi, directories }: CallSystem): DirectoryImage[] {
  return directories.map(({ guest, maxBytes, base }) => ({
    guest,
    maxBytes,
    isGranted: base !== undefined,
    ...wasi.directory(guest, base ?? {}),
  }));
}
