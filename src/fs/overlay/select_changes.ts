/** Reverts the changes of an overlay that are not selected. */

import { nameOf, parentOf } from "../file_system.ts";
import { listChanges } from "./list_changes.ts";
import type {
  OverlayState,
  SavedDirectory,
  SavedEntry,
  SavedHidden,
  SavedNode,
} from "./overlay_state.ts";
import { overlayTree, type Standing } from "./overlay_tree.ts";

/** A directory being edited. */
interface Edited {
  readonly entries: Map<string, SavedEntry>;
  readonly hidden: Map<string, SavedHidden>;
}

/**
 * The overlay with only the changes of some places. A created directory is kept
 * if anything in it is kept; a removed directory includes everything removed in
 * it.
 */
export function selectChanges(
  state: OverlayState,
  places: ReadonlySet<string>,
): OverlayState {
  return new Selection(state, places).select();
}

class Selection {
  readonly #state: OverlayState;
  readonly #wanted: ReadonlySet<string>;
  /** The parent directories of selected places. */
  readonly #above = new Set<string>();
  readonly #edited = new Map<SavedNode, Edited>();
  readonly #byOrigin = new Map<string, Edited>();

  constructor(state: OverlayState, places: ReadonlySet<string>) {
    this.#state = state;
    this.#wanted = withRemoved(state, places);
    for (const place of places) {
      for (let at = parentOf(place); at !== ""; at = parentOf(at)) {
        this.#above.add(at);
      }
    }
    for (const node of state.nodes) {
      if (node.kind !== "directory") continue;
      const edited = {
        entries: new Map(node.entries.map((entry) => [entry.name, entry])),
        hidden: new Map(node.hidden.map((hidden) => [hidden.name, hidden])),
      };
      this.#edited.set(node, edited);
      if (node.origin) this.#byOrigin.set(node.origin.place, edited);
    }
  }

  select(): OverlayState {
    const { standing, moves, removed } = overlayTree(this.#state);
    const from = new Map(moves.map((move) => [move.to, move.from.place]));
    const changed = new Set<SavedNode>();
    for (const one of standing) {
      if (this.#wanted.has(one.place)) changed.add(one.saved);
      else if (!one.isLower) this.#takeBack(one, from.get(one));
    }
    for (const { place } of removed) {
      if (!this.#wanted.has(place)) this.#show(place);
    }
    const loose = this.#state.loose.filter((index) =>
      this.#wanted.has(this.#state.nodes[index]?.origin?.place ?? "")
    );
    for (const index of loose) changed.add(this.#state.nodes[index]!);
    const nodes = this.#state.nodes.map((node) =>
      this.#saved(node, changed.has(node))
    );
    return { ...this.#state, nodes, loose };
  }

  #takeBack(one: Standing, from: string | undefined): void {
    const { saved, place, parent, name } = one;
    const isMade = from === undefined && saved.kind === "directory";
    if (isMade && this.#above.has(place)) return;
    const edited = this.#edited.get(parent);
    edited?.entries.delete(name);
    if (one.replaced) this.#show(one.replaced.place);
    if (from === undefined) return;
    this.#show(from);
    const home = this.#byOrigin.get(parentOf(from));
    const back = { name: nameOf(from), node: one.node, isLower: true };
    home?.entries.set(back.name, back);
  }

  /** Unhides the lower entry at a place. */
  #show(place: string): void {
    this.#byOrigin.get(parentOf(place))?.hidden.delete(nameOf(place));
  }

  #saved(node: SavedNode, isChanged: boolean): SavedNode {
    const asked = isChanged ? node.asked : { atim: undefined, mtim: undefined };
    if (node.kind === "directory") {
      const edited = this.#edited.get(node);
      const directory: SavedDirectory = {
        ...node,
        asked,
        entries: [...edited?.entries.values() ?? []],
        hidden: [...edited?.hidden.values() ?? []],
      };
      return directory;
    }
    if (node.kind === "link" || isChanged || !node.origin) {
      return { ...node, asked };
    }
    return { ...node, asked, content: undefined };
  }
}

function withRemoved(
  state: OverlayState,
  places: ReadonlySet<string>,
): ReadonlySet<string> {
  const wanted = new Set(places);
  const removed = listChanges(state).filter(({ kind }) => kind === "removed");
  const gone = new Set(
    removed.filter(({ place, filetype }) =>
      filetype === "directory" && places.has(place)
    ).map(({ place }) => place),
  );
  for (const { place } of removed) {
    for (let at = parentOf(place); at !== ""; at = parentOf(at)) {
      if (gone.has(at)) wanted.add(place);
    }
  }
  return wanted;
}
