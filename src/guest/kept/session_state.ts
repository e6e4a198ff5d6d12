/** What a session keeps between its calls, beside its instance. */

import type { SystemGrants } from "../../contract/system_grants.ts";
import type { DirectoryImage, StateImage } from "../../contract/state_image.ts";
import { ExecutionFailed } from "../../errors.ts";
import type { CallContext } from "../call_context.ts";
import type { CallSystem } from "../call_system.ts";
import type { PlannedCall } from "../planned_call.ts";
import type { KeptInstance } from "./kept_instance.ts";

/** The system that all calls of a session share: its files and descriptors. */
export class SessionState {
  readonly #setup: PlannedCall;
  readonly #rollsBack: boolean;
  #system: CallSystem | undefined;

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
    this.#system ??= new System(this.#setup, context, image);
    this.#system.enter(call, context);
    return this.#system;
  }

  /**
   * Takes the state between two calls.
   *
   * @throws {ExecutionFailed} when there is something that can't be taken.
   */
  take(kept: KeptInstance, grants: SystemGrants): StateImage {
    const wasi = this.#system?.wasi;
    const [open] = wasi?.changedDescriptors ?? [];
    if (open !== undefined) {
      throw new ExecutionFailed(
        `Cannot take a snapshot: descriptor ${open} was opened, closed or moved; only standard streams and granted directories can be taken`,
      );
    }
    return {
      ...kept.take(),
      hostDirectories: wasi ? grants.directories.map(({ guest }) => guest) : [],
      directories: wasi ? directoryImages(this.#system!) : [],
      scratch: wasi?.scratchFiles() ?? {},
      monotonicMs: wasi?.monotonicMs ?? 0,
    };
  }

  /**
   * Takes the state before a call, if it is to be put back after a failure.
   *
   * @returns what puts it back.
   */
  checkpoint(
    kept: KeptInstance | undefined,
    { grants }: CallContext,
  ): (() => void) | undefined {
    if (!this.#rollsBack || !kept) return undefined;
    const image = this.take(kept, grants);
    return () => {
      kept.use(image);
      kept.restore();
      // The next call opens its files as they were.
      this.close();
    };
  }

  /** Lets go of what is open. */
  close(): void {
    this.#system?.wasi.close();
    this.#system = undefined;
  }
}

function directoryImages({ wasi, directories }: CallSystem): DirectoryImage[] {
  return directories.map(({ guest, maxBytes, base }) => ({
    guest,
    maxBytes,
    isGranted: base !== undefined,
    ...wasi.directory(guest, base ?? {}),
  }));
}
