/** The overlays of one guest, with the changes of earlier calls. */

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

/** Maximum size of an overlay in a snapshot, in bytes. */
const MOST_WHOLE_BYTES = 2 ** 28;

/** Creates overlays over folders, and collects their changes. */
export class Overlays {
  readonly #before: Readonly<Record<string, Uint8Array>>;
  readonly #trees = new Map<string, OverlayFileSystem>();

  /** @param before The earlier changes, by guest path. */
  constructor(before: Readonly<Record<string, Uint8Array>>) {
    this.#before = before;
  }

  /**
   * An overlay over a folder that is granted with one; otherwise the folder.
   */
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
      // A missing folder fails when it is used, like any other.
      if (codeOf(error) === undefined) throw error;
      return lower;
    }
  }

  /** Discards their changes, which were committed or dropped. */
  empty(): void {
    for (const tree of this.#trees.values()) tree.empty();
  }

  /** Releases their resources, after their states were saved. */
  close(): void {
    for (const tree of this.#trees.values()) tree.close();
  }

  /** The current state of each overlay. */
  states(): Record<string, Uint8Array> {
    return Object.fromEntries(
      [...this.#trees].map(([guest, tree]) => [
        guest,
        encodeState(tree.state()),
      ]),
    );
  }

  /**
   * The states of overlays that differ from their folder, with all bytes.
   *
   * @throws {ExecutionFailed} when they are too large.
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

/** Whether there is only the unchanged root. */
function isUnchanged({ nodes, loose }: OverlayState): boolean {
  const [root, ...others] = nodes;
  return root?.kind === "directory" && others.length === 0 &&
    loose.length === 0 && root.entries.length === 0 &&
    root.hidden.length === 0 && root.asked.atim === undefined &&
    root.asked.mtim === undefined;
}
