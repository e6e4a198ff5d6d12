/** Creates the contents of an overlay's changed files. */

import type { OverlayLimits } from "../../../contract/system_grants.ts";
import { fail } from "../../error_code.ts";
import { MemoryContent } from "../../memory/memory_content.ts";
import { type OverlayState, spilledFiles } from "../overlay_state.ts";
import { PagedContent } from "./paged_content.ts";
import { Pages } from "./pages.ts";
import {
  type PieceReader,
  type SavedContent,
  sizeOf,
  wholeOf,
} from "./saved_content.ts";
import { mostSpilledBytes, SpillFiles } from "./spill_files.ts";

/** Creates contents in memory only, or with pages in a spill folder. */
export class Contents {
  readonly #pages: Pages | undefined;
  readonly #pieces: PieceReader | undefined;

  /**
   * @param folder The spill folder, if there is one.
   * @param state The initial state of the overlay.
   */
  constructor(
    { maxBytes, maxEntries, maxMemoryBytes = maxBytes }: OverlayLimits,
    folder: string | undefined,
    state: OverlayState | undefined,
  ) {
    if (folder === undefined) return;
    const most = mostSpilledBytes(maxBytes, maxEntries);
    const named = state ? spilledFiles(state) : new Set<string>();
    const files = new SpillFiles(folder, most, named);
    this.#pieces = files;
    this.#pages = new Pages(files, maxMemoryBytes);
  }

  make(saved?: SavedContent): MemoryContent | PagedContent {
    if (this.#pages) return new PagedContent(this.#pages, saved);
    if (saved === undefined || saved instanceof Uint8Array) {
      return new MemoryContent(saved);
    }
    fail("EIO");
  }

  /**
   * Records that a state is handed out: spill files that it refers to are not
   * written again.
   */
  tell(state: OverlayState): OverlayState {
    this.#pages?.seal(spilledFiles(state));
    return state;
  }

  /**
   * The state with all spilled bytes inline; undefined if there are more than
   * `most`.
   */
  inlined(state: OverlayState, most: number): OverlayState | undefined {
    const pieces = this.#pieces;
    if (!pieces) return state;
    const total = state.nodes.reduce(
      (sum, node) =>
        node.kind === "file" && node.content ? sum + sizeOf(node.content) : sum,
      0,
    );
    if (total > most) return undefined;
    const nodes = state.nodes.map((node) =>
      node.kind === "file" && node.content
        ? { ...node, content: wholeOf(node.content, pieces) }
        : node
    );
    return { ...state, nodes };
  }

  close(): void {
    this.#pages?.close();
  }
}
