/** What a call changed in overlays: to look at, keep or drop. */

import {
  changesIn,
  type CommitReport,
  type OverlayChange,
  type OverlayCommits,
} from "../../host/overlay/overlay_commits.ts";
import { quote } from "../../quote.ts";
import { summaryOf } from "./change_summary.ts";

/** One thing that a call changed in an overlay. */
export interface Change {
  /**
   * What became of it. A file that was removed and made again, or replaced, is
   * `"modified"`.
   */
  readonly kind: "created" | "modified" | "removed" | "renamed";
  /** The path that the guest knows it by, such as `/work/a.txt`. */
  readonly path: string;
  /** Where it was before, for what was renamed. */
  readonly from: string | undefined;
  /** Another name of the same file, for what was made with a hard link. */
  readonly linkOf: string | undefined;
  /** What it is: a link is a symbolic one. */
  readonly type: "file" | "directory" | "link" | "other";
  /** What a symbolic link says. */
  readonly target: string | undefined;
  /** Bytes of the file before; `undefined` when there was none. */
  readonly sizeBefore: number | undefined;
  /** Bytes of the file now; `undefined` when it is gone. */
  readonly sizeAfter: number | undefined;
  /** Whether its bytes were written. */
  readonly hasNewContent: boolean;
  /** The modification time that the guest asked for, if it did. */
  readonly modifiedAt: Date | undefined;
  /** The access time that the guest asked for, if it did. */
  readonly accessedAt: Date | undefined;
}

/** Which changes are meant, of several. */
export interface ChangeSelection {
  /**
   * The paths whose changes are meant, or a function that says so of each; all
   * by default. A directory that was made counts with what is in it, and a
   * removed one with all that was removed with it.
   */
  readonly only?: readonly string[] | ((change: Change) => boolean);
}

/** Why a change was not carried out. */
export interface ChangeConflict {
  /** The path that the guest knows it by. */
  readonly path: string;
  /** What is in the way, such as that the file was changed meanwhile. */
  readonly reason: string;
}

/** The result of {@linkcode Changes.commit}. */
export interface CommitResult {
  /** Whether everything that was meant was carried out. */
  readonly ok: boolean;
  /** What was in the way. */
  readonly conflicts: readonly ChangeConflict[];
  /**
   * Whether the folder was changed at all: a conflict that is found first
   * leaves it as it was, and the changes as they are. One that somebody makes
   * in the very middle may come after other changes.
   */
  readonly began: boolean;
  /**
   * Paths on the host of what has to be cleaned up by hand: the journal among
   * them says how.
   */
  readonly leftovers: readonly string[];
}

/** Saved overlays and who can carry them out. */
export interface SavedChanges {
  readonly states: Readonly<Record<string, Uint8Array>>;
  readonly commits: OverlayCommits | undefined;
  /** The host's path of a folder. */
  readonly hostOf: (guest: string) => string;
  /** Called when they are carried out or dropped. */
  readonly onSettled?: () => void;
}

const ALL: ChangeSelection = {};

/**
 * What a call changed in folders that are granted with `overlay`: nothing of
 * it is in the folders until it is committed.
 */
export class Changes implements Iterable<Change> {
  readonly #saved: SavedChanges;
  #list: readonly Change[] | undefined;
  #settled: "committed" | "dropped" | undefined;

  /** Made by the sandbox. */
  constructor(saved: SavedChanges) {
    this.#saved = saved;
  }

  /** Every change, sorted by path, folder by folder. */
  get list(): readonly Change[] {
    return this.#list ??= Object.freeze(
      Object.entries(this.#saved.states).flatMap(([guest, state]) =>
        changesIn(state).map((change) => toChange(guest, change))
      ),
    );
  }

  /** Whether nothing was changed. */
  get isEmpty(): boolean {
    return this.list.length === 0;
  }

  /** Whether they were committed or dropped. */
  get isSettled(): boolean {
    return this.#settled !== undefined;
  }

  /** The same as iterating over `list`. */
  [Symbol.iterator](): Iterator<Change> {
    return this.list[Symbol.iterator]();
  }

  /** The list, for `JSON.stringify`. */
  toJSON(): readonly Change[] {
    return this.list;
  }

  /**
   * The changes in lines for a person: all that is removed or renamed by name,
   * and sizes before and after.
   *
   * @returns one line for each change.
   */
  summary(): string {
    return summaryOf(this.list);
  }

  /**
   * The changes as a unified diff: text by its lines, everything else by size.
   *
   * @param selection Which changes; all by default.
   * @returns text that `patch` understands, but for what is not text.
   * @throws {SandboxClosed} when the sandbox is closed.
   * @throws {TypeError} when `only` names a path that was not changed.
   */
  async diff(selection: ChangeSelection = ALL): Promise<string> {
    let text = "";
    for (const [guest, state, only] of this.#selected(selection)) {
      text += await this.#commits().diff(guest, state, only);
    }
    return text;
  }

  /**
   * Carries the changes out in the folders. What changed underneath since it
   * was read is a conflict: then nothing is changed at all in that folder.
   * What `only` leaves out is dropped.
   *
   * Every file is written beside its folder's root under a name of the
   * sandbox's own and renamed into place: it is the old or the new one, never
   * a part.
   *
   * @param selection Which changes; all by default.
   * @returns the result; conflicts are not thrown.
   * @throws {PermissionDenied} when this process may not write to the folder.
   * @throws {TypeError} when they were committed or dropped before, or when
   * `only` names a path that was not changed.
   * @throws {SandboxClosed} when the sandbox is closed.
   */
  async commit(selection: ChangeSelection = ALL): Promise<CommitResult> {
    this.#checkPending();
    const selected = [...this.#selected(selection)];
    this.#settled = "committed";
    const results: CommitResult[] = [];
    try {
      for (const [guest, state, only] of selected) {
        const report = await this.#commits().commit(guest, state, only);
        results.push(this.#result(guest, report));
      }
    } catch (error) {
      if (!results.some(({ began }) => began)) this.#settled = undefined;
      throw error;
    }
    const result = joined(results);
    if (result.ok || result.began) this.#saved.onSettled?.();
    else this.#settled = undefined;
    return result;
  }

  /**
   * Forgets the changes; they can't be committed any more.
   *
   * @throws {TypeError} when they were committed or dropped before.
   */
  drop(): void {
    this.#checkPending();
    this.#settled = "dropped";
    this.#saved.onSettled?.();
  }

  *#selected(
    { only }: ChangeSelection,
  ): Generator<[string, Uint8Array, readonly string[] | undefined]> {
    const isMeant = meant(only, this.list);
    for (const [guest, state] of Object.entries(this.#saved.states)) {
      const inside = this.list.filter(({ path }) => isIn(guest, path));
      const chosen = isMeant ? inside.filter(isMeant) : inside;
      if (chosen.length === 0) continue;
      const places = chosen.map(({ path }) => placeIn(guest, path));
      yield [guest, state, isMeant ? places : undefined];
    }
  }

  #result(guest: string, report: CommitReport): CommitResult {
    const { conflicts, began, left } = report;
    return {
      ok: conflicts.length === 0,
      conflicts: conflicts.map(({ place, reason }) => ({
        path: pathOf(guest, place),
        reason,
      })),
      began,
      leftovers: left.map((name) => `${this.#saved.hostOf(guest)}/${name}`),
    };
  }

  #commits(): OverlayCommits {
    const { commits } = this.#saved;
    if (commits) return commits;
    throw new TypeError("Cannot commit changes: there are none");
  }

  #checkPending(): void {
    if (this.#settled === undefined) return;
    throw new TypeError(
      `Cannot settle changes: they were ${this.#settled} already`,
    );
  }
}

/** The changes of calls that have no overlay. */
export const NO_CHANGES: Changes = new Changes({
  states: {},
  commits: undefined,
  hostOf: () => "",
});

function meant(
  only: ChangeSelection["only"],
  list: readonly Change[],
): ((change: Change) => boolean) | undefined {
  if (only === undefined || typeof only === "function") return only;
  const paths = new Set(list.map(({ path }) => path));
  const unknown = only.find((path) => !paths.has(path));
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot select changes: ${quote(unknown)} was not changed`,
    );
  }
  const wanted = new Set(only);
  return ({ path }) => wanted.has(path);
}

function toChange(guest: string, change: OverlayChange): Change {
  const { filetype, from, linkOf } = change;
  const isKnown = filetype === "file" || filetype === "directory" ||
    filetype === "link";
  return Object.freeze({
    kind: change.kind,
    path: pathOf(guest, change.place),
    from: from === undefined ? undefined : pathOf(guest, from),
    linkOf: linkOf === undefined ? undefined : pathOf(guest, linkOf),
    type: isKnown ? filetype : "other",
    target: change.target,
    sizeBefore: change.sizeBefore,
    sizeAfter: change.kind === "removed" ? undefined : change.sizeAfter,
    hasNewContent: change.hasNewContent,
    modifiedAt: dateOf(change.mtim),
    accessedAt: dateOf(change.atim),
  });
}

function dateOf(time: bigint | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(Number(time / 1_000_000n));
}

function joined(results: readonly CommitResult[]): CommitResult {
  return {
    ok: results.every(({ ok }) => ok),
    conflicts: results.flatMap(({ conflicts }) => conflicts),
    began: results.some(({ began }) => began),
    leftovers: results.flatMap(({ leftovers }) => leftovers),
  };
}

function pathOf(guest: string, place: string): string {
  return guest === "/" ? `/${place}` : `${guest}/${place}`;
}

function isIn(guest: string, path: string): boolean {
  return path.startsWith(pathOf(guest, ""));
}

function placeIn(guest: string, path: string): string {
  return path.slice(pathOf(guest, "").length);
}
