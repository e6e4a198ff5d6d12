/** What a call changed in overlays, to inspect, commit or drop. */

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
   * The kind of change. A file that was removed and recreated, or replaced, is
   * `"modified"`.
   */
  readonly kind: "created" | "modified" | "removed" | "renamed";
  /** The guest path, such as `/work/a.txt`. */
  readonly path: string;
  /** The previous path, if it was renamed. */
  readonly from: string | undefined;
  /** Another path of the same file, if it was created as a hard link. */
  readonly linkOf: string | undefined;
  /** Its type: `"link"` is a symbolic link. */
  readonly type: "file" | "directory" | "link" | "other";
  /** The target of a symbolic link. */
  readonly target: string | undefined;
  /** Size of the file before, in bytes; `undefined` if there was none. */
  readonly sizeBefore: number | undefined;
  /** Size of the file now, in bytes; `undefined` if it is gone. */
  readonly sizeAfter: number | undefined;
  /** Whether its content was written. */
  readonly hasNewContent: boolean;
  /** The modification time that the guest set, if it did. */
  readonly modifiedAt: Date | undefined;
  /** The access time that the guest set, if it did. */
  readonly accessedAt: Date | undefined;
}

/** Selects some of the changes. */
export interface ChangeSelection {
  /**
   * The paths to select, or a predicate; all by default. A created directory
   * includes everything in it, and a removed one everything removed with it.
   */
  readonly only?: readonly string[] | ((change: Change) => boolean);
}

/** Why a change was not applied. */
export interface ChangeConflict {
  /** The guest path. */
  readonly path: string;
  /** What prevented it, such as a concurrent change of the file. */
  readonly reason: string;
}

/** The result of {@linkcode Changes.commit}. */
export interface CommitResult {
  /** Whether every selected change was applied. */
  readonly ok: boolean;
  /** What prevented changes from being applied. */
  readonly conflicts: readonly ChangeConflict[];
  /**
   * Whether the folder was changed at all. A conflict found before the first
   * write leaves the folder and these changes untouched; one that arises during
   * the commit may follow changes that were already applied.
   */
  readonly began: boolean;
  /**
   * Host paths that must be cleaned up by hand; the journal among them says
   * how.
   */
  readonly leftovers: readonly string[];
}

/** Saved overlays and what is needed to commit them. */
export interface SavedChanges {
  readonly states: Readonly<Record<string, Uint8Array>>;
  readonly commits: OverlayCommits | undefined;
  /** The host path of a folder. */
  readonly hostOf: (guest: string) => string;
  /** Called when they are committed or dropped. */
  readonly onSettled?: () => void;
}

const ALL: ChangeSelection = {};

/**
 * What a call changed in folders granted with `overlay`. Nothing reaches the
 * folders until it is committed.
 */
export class Changes implements Iterable<Change> {
  readonly #saved: SavedChanges;
  #list: readonly Change[] | undefined;
  #settled: "committed" | "dropped" | undefined;

  /** Created by the sandbox only. */
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

  /** Iterates over `list`. */
  [Symbol.iterator](): Iterator<Change> {
    return this.list[Symbol.iterator]();
  }

  /** The list, for `JSON.stringify`. */
  toJSON(): readonly Change[] {
    return this.list;
  }

  /**
   * The changes for people, one per line: every removed or renamed path, and
   * sizes before and after.
   *
   * @returns one line per change.
   */
  summary(): string {
    return summaryOf(this.list);
  }

  /**
   * The changes as a unified diff: text by line, everything else by size.
   *
   * @param selection Which changes; all by default.
   * @returns a diff that `patch` accepts, except for binary files.
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
   * Applies the changes to the folders. A file that changed on the host since
   * the guest read it is a conflict: then nothing in that folder is changed.
   * Changes that `only` leaves out are dropped.
   *
   * Every file is written under a temporary name at its folder's root and
   * renamed into place, so it is always either the old or the new version,
   * never a partial one.
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
   * Discards the changes; they can no longer be committed.
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

/** The changes of calls without an overlay. */
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
