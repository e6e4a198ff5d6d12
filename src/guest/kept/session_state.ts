/** What a session keeps between its calls besides its instance. */

import type { DirectoryImage, StateImage } from "../../contract/state_image.ts";
import { ExecutionFailed } from "../../errors.ts";
import type { CallContext } from "../call_context.ts";
import type { CallSystem } from "../call_system.ts";
import type { LoadedFamilies, OpenSystem } from "../loaded_families.ts";
import type { PlannedCall } from "../planned_call.ts";
import type { KeptInstance } from "./kept_instance.ts";
import { reusedImageMemory } from "./memory_state.ts";

/** The part of a state outside of its instance. */
type FilesImage = Omit<StateImage, "memories" | "globals" | "tables">;

const NO_FILES: FilesImage = {
  hostDirectories: [],
  directories: [],
  scratch: {},
  overlays: {},
  monotonicMs: 0,
};

/** The WASI state that all calls of a session share: files and descriptors. */
export class SessionState {
  #setup: PlannedCall;
  readonly #rollsBack: boolean;
  #system: CallSystem | undefined;
  /** The memories for the state before a call, if calls can be rolled back. */
  #copies: readonly WebAssembly.Memory[] | undefined;

  /**
   * @param setup The session's arguments, environment variables and files.
   * @param rollsBack Whether a failed call restores the previous state.
   */
  constructor(setup: PlannedCall, rollsBack: boolean) {
    this.#setup = setup;
    this.#rollsBack = rollsBack;
  }

  /** The WASI state, connected to the streams and files of this call. */
  enter(
    call: PlannedCall,
    context: CallContext,
    image: StateImage | undefined,
    openSystem: OpenSystem,
  ): CallSystem {
    const system = this.#open(context, image, openSystem);
    if (call.plan.emptiesOverlays) system.wasi.emptyOverlays();
    system.enter(call, context);
    return system;
  }

  /**
   * Saves the state between two calls.
   *
   * @param families The families that the module imports.
   * @param into Where its memories are copied; new memories by default.
   * @throws {ExecutionFailed} when some state can't be saved.
   */
  take(
    kept: KeptInstance,
    context: CallContext,
    { openSystem }: LoadedFamilies,
    into?: readonly WebAssembly.Memory[],
  ): StateImage {
    const files = openSystem
      ? filesOf(this.#open(context, kept.image, openSystem), context)
      : NO_FILES;
    return { ...kept.take(into), ...files };
  }

  /**
   * Saves the state before a call, if a failure is to restore it.
   *
   * @returns a function that restores it.
   * @throws {ExecutionFailed} when some state can't be saved.
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
      // The next call reopens the files as saved, including the session's own
      // initial files, which may have changed since.
      this.close();
      this.#setup = { ...this.#setup, memoryDirectories: [] };
    };
  }

  /** Closes what is open. */
  close(): void {
    this.#system?.wasi.close();
    this.#system = undefined;
  }

  #open(
    context: CallContext,
    image: StateImage | undefined,
    openSystem: OpenSystem,
  ): CallSystem {
    return this.#system ??= openSystem(this.#setup, context, image);
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
