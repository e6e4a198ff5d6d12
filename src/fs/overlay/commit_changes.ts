/** Applies a saved overlay to its folder. */

import { codeOf, fail } from "../error_code.ts";
import { type NewTimes, parentOf } from "../file_system.ts";
import { isSame } from "../host/host_stat.ts";
import {
  type CommitFolder,
  type CommitReport,
  type Conflict,
  type LateTimes,
  reasonOf,
  type WantedLink,
} from "./commit_report.ts";
import { CommitStage, JOURNAL, writeAll } from "./commit_stage.ts";
import { findConflicts } from "./find_conflicts.ts";
import type { OverlayState, SavedFile, SavedNode } from "./overlay_state.ts";
import { partsOf, sizeOf } from "./spill/saved_content.ts";
import {
  type HiddenPlace,
  type OverlayTree,
  overlayTree,
  type Standing,
} from "./overlay_tree.ts";

/** Applies a saved overlay; nothing if there is any conflict. */
export function commitChanges(
  folder: CommitFolder,
  state: OverlayState,
): CommitReport {
  const tree = overlayTree(state);
  const conflicts = findConflicts(folder.tree, state, tree);
  if (conflicts.length > 0) {
    return { conflicts, began: false, links: [], times: [], left: [] };
  }
  return new Commit(folder, state, tree).run();
}

/** Something that is removed from its place in the lower tree. */
interface Leaving {
  readonly hidden: HiddenPlace;
  /** Where it moves; undefined if it is deleted. */
  readonly to: Standing | undefined;
}

class Commit {
  readonly #folder: CommitFolder;
  readonly #state: OverlayState;
  readonly #tree: OverlayTree;
  readonly #stage: CommitStage;
  readonly #contents = new Map<SavedNode, string>();
  /** The current names of things that left their place. */
  readonly #left = new Map<Standing, string>();
  readonly #first = new Map<SavedNode, string>();
  readonly #stageOf = new Map<Standing, string>();
  readonly #links: WantedLink[] = [];
  readonly #lateTimes: LateTimes[] = [];
  #at = "";
  #began = false;
  #names = 0;

  constructor(folder: CommitFolder, state: OverlayState, tree: OverlayTree) {
    this.#folder = folder;
    this.#stage = new CommitStage(folder);
    this.#state = state;
    this.#tree = tree;
    for (const [index, { to }] of tree.moves.entries()) {
      this.#stageOf.set(to, this.#stage.name(`moved-${index}`));
    }
  }

  run(): CommitReport {
    const conflicts: Conflict[] = [];
    try {
      this.#writeJournal();
      this.#stageContents();
      this.#began = true;
      this.#changeInPlace();
      this.#setTimesInPlace();
      this.#takeOut();
      this.#build();
      this.#setTimes();
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      conflicts.push({ place: this.#at, reason: reasonOf(code) });
    }
    const left = this.#stage.cleanUp(new Set(this.#left.values()));
    const [links, times] = [this.#links, this.#lateTimes];
    return { conflicts, began: this.#began, links, times, left };
  }

  /**
   * Writes instructions for cleaning up, in case this process ends during the
   * commit.
   */
  #writeJournal(): void {
    const { moves } = this.#tree;
    const journal = {
      about: "A commit that has not ended. Files with this prefix are staged " +
        "copies and may be removed; those in `moved` were files or folders " +
        "of this folder, to be renamed to where they are going.",
      prefix: this.#folder.prefix,
      moved: moves.map(({ from, to }) => ({
        name: this.#stageOf.get(to),
        from: from.place,
        to: to.place,
      })),
      saved: this.#inPlace().map((node, index) => ({
        name: this.#stage.name(`old-${index}`),
        of: node.origin?.place,
      })),
    };
    const text = JSON.stringify(journal, undefined, 2);
    const place = this.#stage.name(JOURNAL);
    this.#stage.write(place, new TextEncoder().encode(text), undefined);
  }

  /**
   * Files with further hard links, which are changed in place to keep the links
   * intact.
   */
  #inPlace(): SavedFile[] {
    return this.#state.nodes.filter((node): node is SavedFile =>
      node.kind === "file" && node.content !== undefined && isShared(node)
    );
  }

  #stageContents(): void {
    for (const { saved, place } of this.#tree.standing) {
      if (saved.kind !== "file" || saved.content === undefined) continue;
      if (this.#contents.has(saved)) continue;
      this.#at = place;
      if (isShared(saved)) {
        // It is changed in place, so read errors must be found beforehand.
        for (const _ of partsOf(saved.content, this.#folder.pieces));
        continue;
      }
      const stage = this.#stage.name(`new-${this.#contents.size}`);
      this.#stage.write(stage, saved.content, saved.origin);
      this.#contents.set(saved, stage);
    }
  }

  #changeInPlace(): void {
    for (const [index, node] of this.#inPlace().entries()) {
      const { origin, content } = node;
      if (!origin || !content) continue;
      this.#at = origin.place;
      const old = this.#stage.read(origin.place, origin.stat);
      this.#stage.write(this.#stage.name(`old-${index}`), old, origin);
      const { tree } = this.#folder;
      const mode = { read: false, write: true, create: false, append: false };
      const file = tree.open(origin.place, mode, origin.stat);
      try {
        writeAll(file, content, this.#folder.pieces);
        file.setSize(sizeOf(content));
        file.sync();
      } finally {
        file.close();
      }
    }
  }

  /** Sets times of files that are reachable only through unknown hard links. */
  #setTimesInPlace(): void {
    for (const index of this.#state.loose) {
      const { origin, asked } = this.#state.nodes[index]!;
      const { atim, mtim } = asked;
      if (!origin || (atim === undefined && mtim === undefined)) continue;
      this.#at = origin.place;
      this.#folder.tree.setTimes(origin.place, { atim, mtim });
    }
  }

  /**
   * Removes and moves entries, deepest first: so places stay valid, and
   * directories are empty when they are removed.
   */
  #takeOut(): void {
    const { moves, removed } = this.#tree;
    const direct = this.#directMoves();
    const overwritten = this.#overwritten(direct);
    const leaving: Leaving[] = [
      ...moves.map(({ from, to }) => ({ hidden: from, to })),
      ...removed.map((hidden) => ({ hidden, to: undefined })),
    ].sort((a, b) => depth(b.hidden.place) - depth(a.hidden.place));
    for (const { hidden, to } of leaving) {
      if (overwritten.has(hidden)) continue;
      this.#at = hidden.place;
      this.#checkSame(hidden);
      if (!to) this.#remove(hidden);
      else this.#move(hidden, to, direct.has(to));
    }
  }

  #remove({ place, stat }: HiddenPlace): void {
    const { tree } = this.#folder;
    if (stat.filetype === "directory") tree.removeDirectory(place);
    else tree.unlink(place);
  }

  #move({ place }: HiddenPlace, to: Standing, isDirect: boolean): void {
    const next = isDirect ? to.place : this.#stageOf.get(to) ?? fail("EIO");
    this.#folder.tree.rename(place, next);
    if (!isDirect) this.#stage.add(next);
    this.#left.set(to, next);
  }

  /**
   * Moves that can be done directly; all others go through a temporary name.
   */
  #directMoves(): ReadonlySet<Standing> {
    const { moves, removed, standing } = this.#tree;
    const gone = new Set(removed);
    const unmoved = new Set<SavedNode>([this.#state.nodes[0]!]);
    for (const { saved, parent, isLower } of standing) {
      if (isLower && unmoved.has(parent)) unmoved.add(saved);
    }
    const direct = moves.filter(({ from, to: { parent, replaced } }) =>
      unmoved.has(parent) &&
      (!replaced ||
        (gone.has(replaced) && isFile(from) && isFile(replaced)))
    );
    return new Set(direct.map(({ to }) => to));
  }

  /** What is deleted because something else is renamed over it. */
  #overwritten(direct: ReadonlySet<Standing>): ReadonlySet<HiddenPlace> {
    const overwritten = new Set<HiddenPlace>();
    for (const one of this.#tree.standing) {
      const { saved, replaced } = one;
      const isRenamed = direct.has(one) || this.#contents.has(saved);
      if (replaced && isRenamed && isFile(replaced)) overwritten.add(replaced);
    }
    // What moves elsewhere must not be lost.
    for (const { from } of this.#tree.moves) overwritten.delete(from);
    return overwritten;
  }

  /** Puts everything in its final place, further hard links last. */
  #build(): void {
    const { standing } = this.#tree;
    const homes = new Set(
      standing.filter((one) => this.#isHome(one)).map(({ saved }) => saved),
    );
    const later: Standing[] = [];
    for (const one of standing) {
      this.#at = one.place;
      this.#arrive(one);
      const { saved } = one;
      const isFirst = !this.#first.has(saved) &&
        (this.#isHome(one) || !homes.has(saved));
      if (isFirst) this.#makeFirst(one);
      else later.push(one);
    }
    for (const one of later) {
      this.#at = one.place;
      this.#makeAgain(one);
    }
  }

  /** Whether the file is already at this name, changed or not. */
  #isHome(one: Standing): boolean {
    return one.isLower || this.#left.has(one);
  }

  #arrive(one: Standing): void {
    const from = this.#left.get(one);
    if (from === undefined || from === one.place) return;
    this.#folder.tree.rename(from, one.place);
    this.#stage.arrived(from);
    this.#left.set(one, one.place);
  }

  #makeFirst(one: Standing): void {
    const { tree } = this.#folder;
    const { saved, place, isLower } = one;
    this.#first.set(saved, place);
    const content = this.#contents.get(saved);
    if (content !== undefined) {
      if (isLower && saved.origin) this.#checkUnchanged(place, saved);
      tree.rename(content, place);
      this.#stage.arrived(content);
    } else if (this.#isHome(one)) return;
    else if (saved.kind === "directory") tree.makeDirectory(place);
    else if (saved.origin) tree.link(saved.origin.place, place);
    else if (saved.kind === "link") {
      this.#links.push({ place, target: saved.target });
    }
  }

  /** Creates a further hard link of a file that is already in place. */
  #makeAgain(one: Standing): void {
    const { tree } = this.#folder;
    const { saved, place } = one;
    const first = this.#first.get(saved) ?? fail("EIO");
    if (saved.kind === "link" && !saved.origin) {
      this.#links.push({ place, target: saved.target, sameAs: first });
      return;
    }
    if (!this.#contents.has(saved)) {
      if (!this.#isHome(one)) tree.link(first, place);
      return;
    }
    const stage = this.#stage.name(`link-${this.#names++}`);
    tree.link(first, stage);
    this.#stage.add(stage);
    tree.rename(stage, place);
    this.#stage.arrived(stage);
  }

  #setTimes(): void {
    const deepestFirst = this.#tree.standing.toReversed();
    const late = new Set(
      this.#links.flatMap(({ place }) => [place, parentOf(place)]),
    );
    for (const { saved, place } of deepestFirst) {
      const { atim, mtim } = saved.asked;
      const times: NewTimes = { atim, mtim };
      if (atim === undefined && mtim === undefined) continue;
      if (late.has(place)) {
        this.#lateTimes.push({ place, times });
        continue;
      }
      this.#at = place;
      this.#folder.tree.setTimes(place, times);
    }
  }

  #checkSame({ place, stat }: HiddenPlace): void {
    const now = this.#folder.tree.stat(place);
    if (!isSame(now, stat) || now.filetype !== stat.filetype) fail("ESTALE");
  }

  #checkUnchanged(place: string, { origin }: SavedNode): void {
    const now = this.#folder.tree.stat(place);
    const was = origin?.stat;
    const isUnchanged = was && isSame(now, was) && now.size === was.size &&
      now.mtim === was.mtim;
    if (!isUnchanged) fail("ESTALE");
  }
}

/** Whether a file has further hard links in the lower tree. */
function isShared({ origin }: SavedFile): boolean {
  return origin !== undefined && origin.stat.nlink > 1;
}

function isFile({ stat }: HiddenPlace): boolean {
  return stat.filetype !== "directory";
}

function depth(place: string): number {
  return place.split("/").length;
}
