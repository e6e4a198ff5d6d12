/** Converts an overlay's nodes to plain data and back. */

import { fail } from "../error_code.ts";
import {
  type FileContent,
  OverlayFile,
  type OverlayFiles,
} from "./overlay_file.ts";
import {
  OverlayDirectory,
  OverlayLink,
  type OverlayNode,
} from "./overlay_node.ts";
import type { OverlayState, SavedNode } from "./overlay_state.ts";
import { PagedContent } from "./spill/paged_content.ts";
import type { SavedContent } from "./spill/saved_content.ts";

/**
 * Saves everything reachable from a root, and lower files that were changed.
 */
export function saveNodes(
  root: OverlayDirectory,
  nextIno: number,
  known: Iterable<OverlayFile>,
): OverlayState {
  const saver = new Saver();
  saver.save(root);
  const reached = saver.nodes.length;
  for (const file of known) {
    const isChanged = file.content !== undefined ||
      file.nlink !== file.origin?.stat.nlink ||
      file.asked.atim !== undefined || file.asked.mtim !== undefined;
    if (isChanged && file.nlink > 0) saver.save(file);
  }
  const { nodes } = saver;
  const loose = nodes.map((_, index) => index).slice(reached);
  return { nextIno, nodes, loose };
}

class Saver {
  readonly #indices = new Map<OverlayNode, number>();
  /** Nodes in index order; directories are visited as they are saved. */
  readonly #found: OverlayNode[] = [];
  readonly #nodes: SavedNode[] = [];

  /** Saves a node and everything reachable from it. */
  save(node: OverlayNode): void {
    this.#indexOf(node);
    while (this.#nodes.length < this.#found.length) {
      this.#nodes.push(this.#saved(this.#found[this.#nodes.length]!));
    }
  }

  get nodes(): readonly SavedNode[] {
    return this.#nodes;
  }

  #indexOf(node: OverlayNode): number {
    const known = this.#indices.get(node);
    if (known !== undefined) return known;
    this.#indices.set(node, this.#found.length);
    return this.#found.push(node) - 1;
  }

  #saved(node: OverlayNode): SavedNode {
    const common = this.#common(node);
    if (node instanceof OverlayFile) {
      const { sum } = node;
      return {
        ...common,
        kind: "file",
        content: savedContent(node.content),
        sum,
      };
    }
    if (node instanceof OverlayLink) {
      return { ...common, kind: "link", target: node.target };
    }
    if (!(node instanceof OverlayDirectory)) fail("EIO");
    return {
      ...common,
      kind: "directory",
      entries: [...node.entries]
        .map(([name, child]) => ({
          name,
          node: this.#indexOf(child),
          isLower: node.adopted.has(name),
        })),
      hidden: [...node.hidden].map(([name, { stat, directory }]) => ({
        name,
        stat,
        node: directory && this.#indexOf(directory),
      })),
    };
  }

  #common(node: OverlayNode): Omit<SavedNode, "kind"> {
    const { identity: { dev, ino }, origin, nlink, times, asked } = node;
    return { identity: { dev, ino }, origin, nlink, times, asked };
  }
}

function savedContent(
  content: FileContent | undefined,
): SavedContent | undefined {
  return content instanceof PagedContent ? content.save() : content?.copy();
}

/** Restores the nodes of a saved state. */
export function restoreNodes(
  { nodes, loose }: OverlayState,
  files: OverlayFiles,
): { root: OverlayDirectory; loose: OverlayFile[] } {
  const made = nodes.map((saved) => restored(saved, files));
  const at = (index: number) => made[index] ?? fail("EIO");
  nodes.forEach((saved, index) => {
    const node = made[index];
    if (saved.kind !== "directory" || !(node instanceof OverlayDirectory)) {
      return;
    }
    for (const { name, node: child, isLower } of saved.entries) {
      node.entries.set(name, at(child));
      if (isLower) node.adopted.add(name);
    }
    for (const { name, stat, node: known } of saved.hidden) {
      const directory = known === undefined ? undefined : at(known);
      node.hidden.set(name, {
        stat,
        directory: directory instanceof OverlayDirectory
          ? directory
          : undefined,
      });
    }
  });
  const root = at(0);
  if (!(root instanceof OverlayDirectory)) fail("EIO");
  return {
    root,
    loose: loose.map(at).filter((node) => node instanceof OverlayFile),
  };
}

function restored(saved: SavedNode, files: OverlayFiles): OverlayNode {
  const node = bare(saved, files);
  node.nlink = saved.nlink;
  Object.assign(node.times, saved.times);
  Object.assign(node.asked, saved.asked);
  return node;
}

function bare(saved: SavedNode, files: OverlayFiles): OverlayNode {
  const { identity, origin } = saved;
  switch (saved.kind) {
    case "file": {
      const file = new OverlayFile(identity, origin, files, saved.content);
      file.sum = saved.sum;
      return file;
    }
    case "link":
      return new OverlayLink(identity, origin, files.clock, saved.target);
    case "directory":
      return new OverlayDirectory(identity, origin, files.clock);
  }
}
