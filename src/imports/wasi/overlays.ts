/** The overlays of one guest, with what earlier calls changed in them. */

import { ExecutionFailed } from "../../errors.ts";
import { codeOf } from "../../fs/error_code.ts";
import type { FileSystem } from "../../fs/file_system.ts";
import type { HostDirectory } from "../../fs/host/host_directory.ts";
import type { OverlayContext } from "../../fs/overlay/overlay_context.ts";
import { OverlayFileSystem } from "../../fs/overlay/overlay_file_system.ts";
import {
  decodeState,
  encodeState,
  type OverlayState,
} from "../../fs/overlay/overlay_state.ts";
import { quote } from "../../quote.ts";

/** The most bytes of an overlay that a snapshot takes. */
const MOST_WHOLE_BYTES = 2 ** 28;

/** Puts overlays over folders, and takes their changes. */
export class Overlays {
  readonly #before: Readonly<Record<string, Uint8Array>>;
  readonly #trees = new Map<string, OverlayFileSystem>();

  /** @param before What was changed before, by the guest's name. */
  constructor(before: Readonly<Record<string, Uint8Array>>) {
    this.#before = before;
  }

  /** An overlay over a folder that is granted as one; else the folder. */
  over(
    lower: FileSystem,
    { guest, overlay, spill }: HostDirectory,
    context: OverlayContext,
  ): FileSystem {
    if (!overlay) return lower;
    const bytes = this.#before[guest];
    const state = bytes && decodeState(bytes);
    try {
      const tree = new OverlayFileSystem(
        lower,
        overlay,
        context,
        state,
        spill,
      );
      this.#trees.set(guest, tree);
      return tree;
    } catch (error) {
      // A folder that is not there fails when it is used, as others do.
      if (codeOf(error) === undefined) throw error;
      return lower;
    }
  }

  /** Forgets what they hold, which was committed or dropped. */
  empty(): void {
    for (const tree of this.#trees.values()) tree.empty();
  }

  /** Lets go of what is open for them, once their states were taken. */
  close(): void {
    for (const tree of this.#trees.values()) tree.close();
  }

  /** What each overlay holds now. */
  states(): Record<string, Uint8Array> {
    return Object.fromEntries(
      [...this.#trees].map(([guest, tree]) => [
        guest,
        encodeState(tree.state()),
      ]),
    );
  }

  /**
   * What those hold that differ from their folder, with all bytes.
   *
   * @throws {ExecutionFailed} when that is too much.
   */
  unsettled(): Record<string, Uint8Array> {
    const states: Record<string, Uint8Array> = {};
    for (const [guest, tree] of this.#trees) {
      const state = tree.wholeState(MOST_WHOLE_BYTES);
      if (!state) {
        throw new ExecutionFailed(
          `Cannot take a snapshot: the overlay over ${
            quote(guest)
          } has more than ${MOST_WHOLE_BYTES} bytes`,
        );
      }
      if (!isUnchanged(state)) states[guest] = encodeState(state);
    }
    return states;
  }
}

/** Whether there is nothing but the root, as the folder has it. */
function isUnchanged({ nodes, loose }: OverlayState): boolean {
  const [root, ...others] = nodes;
  return root?.kind === "directory" && others.length === 0 &&
    loose.length === 0 && root.entries.length === 0 &&
    root.hidden.length === 0 && root.asked.atim === undefined &&
    root.asked.mtim === undefined;
}
