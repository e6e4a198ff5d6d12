/** A module with a saved state from which every call starts. */

import { imageBytes } from "./image_bytes.ts";
import type { StateImage } from "../../contract/state_image.ts";
import type { MemoryDirectory } from "../../contract/system_grants.ts";
import type { WorkerModule } from "../../host/guest/worker_options.ts";
import { imageCopier } from "../../prepare/image_copier.ts";
import type { LoadedInfo } from "../preparing/loaded_info.ts";
import {
  moduleInfo,
  SandboxedModule,
  workerModule,
} from "../sandboxed_module.ts";
import { writeSnapshot } from "./snapshot_file.ts";

/** Creates a snapshot; used only by sandboxes. */
export let createSnapshot: (
  module: SandboxedModule,
  image: StateImage,
  granted: readonly MemoryDirectory[],
) => ModuleSnapshot;

/**
 * A module with a saved state: every call starts from that state and sees
 * nothing of other calls. Use it like any module, with `execute`, `call`,
 * `run`, `session` and `SandboxedTool.create`.
 *
 * Created by `ToolSandbox.snapshot`, `ToolSandbox.loadSnapshot` or
 * `SandboxSession.snapshot`.
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
 * const init = [{ export: "count" }, { export: "count" }];
 * const snapshot = await sandbox.snapshot(module, { init });
 * console.log(await sandbox.execute(snapshot, "count", [])); // [ 3 ]
 * console.log(await sandbox.execute(snapshot, "count", [])); // [ 3 ]
 *
 * const bytes = await snapshot.toBytes();
 * const again = await sandbox.loadSnapshot(module, bytes);
 * console.log(await sandbox.execute(again, "count", [])); // [ 3 ]
 * ```
 */
export class ModuleSnapshot extends SandboxedModule {
  readonly #image: StateImage;
  readonly #granted: readonly MemoryDirectory[];

  /** @internal Only a sandbox makes snapshots. */
  protected constructor(
    sha256: string,
    info: LoadedInfo,
    worker: Omit<WorkerModule, "id">,
    image: StateImage,
    granted: readonly MemoryDirectory[],
  ) {
    super(sha256, info, worker);
    this.#image = image;
    this.#granted = granted;
  }

  static {
    createSnapshot = (module, image, granted) => {
      const { module: code, plan } = workerModule(module);
      const kept = { image, copiers: copiersOf(plan) };
      const worker = { module: code, plan, kept };
      const info = moduleInfo(module);
      return new ModuleSnapshot(module.sha256, info, worker, image, granted);
    };
  }

  /** The number of non-zero bytes in its memories and files. */
  get bytes(): number {
    return imageBytes(this.#image);
  }

  /**
   * Serializes the snapshot, compressed, for `ToolSandbox.loadSnapshot`. It
   * contains the guest's memory, including any secrets in it.
   *
   * @returns the bytes of a snapshot file.
   * @throws {ExecutionFailed} when it was taken with changes in an overlay.
   */
  toBytes(): Promise<Uint8Array<ArrayBuffer>> {
    return writeSnapshot(this.#image, this.sha256, this.#granted);
  }
}

/** The functions that copy into each memory of a module. */
export function copiersOf(
  plan: WorkerModule["plan"],
): readonly WebAssembly.Module[] {
  return plan.memories.map(({ index64 }) => imageCopier(index64));
}
