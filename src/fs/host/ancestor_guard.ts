/** Keeps the way to a place of the host as it is while something is done there. */

import { codeOf, type ErrorCode, fail } from "../error_code.ts";
import type { StopPage } from "../../stop_page.ts";
import { type HostIdentity, identityOf, isSame } from "./host_stat.ts";

/** A change time older than this can't hide a later change. */
const SETTLED_MS = 2_100;
/** The same for modification times, which are told in milliseconds. */
const QUIET_MS = 20;
/** How often the way is looked at again when only it has been quiet. */
const QUIET_ROUNDS = 6;
/** How often the way is looked at again when nothing else is known. */
const BUSY_ROUNDS = 16;
/**
 * The longest pause between two looks. It varies far more than a swap takes:
 * looks and swaps wait for each other in the kernel, and fall into step.
 */
const MOST_PAUSE_MS = 0.3;
/** How often an action that ran into a change is tried again. */
const ATTEMPTS = 4;
/** How often a change waits for others to stop changing the way. */
const WAITS = 8;
/** How much is remembered: of what the paths of settled ways have, in UTF-16 units. */
const MOST_SETTLED_UNITS = 2 ** 20;

/** Runs something while nobody else in this process changes the folder. */
export type Exclusively = <T>(act: () => T) => T;

/** A directory on the way, as it was seen. */
interface Seen extends HostIdentity {
  readonly path: string;
  readonly ctimeMs: number;
  readonly mtimeMs: number;
}

type Outcome<T> = { readonly value: T } | { readonly code: ErrorCode };

/**
 * Sees to it that the directories on the way to a place are real directories
 * while something is done there, although another process may swap one for a
 * link at any time.
 *
 * Deno has no `openat`: every call walks its path again. Whoever swaps a name
 * changes the times of the directory that holds the name, of which nobody can
 * set the change time. Deno tells that in whole seconds:
 *
 * - Settled: the holders' change times are old, and the same before and after.
 *   Then nothing was swapped.
 * - Quiet: only their modification times are a little old. Those can be set
 *   back, so the way is looked at a few times more and must be the same.
 * - Busy: a holder was changed just now. The way, and what was found at its
 *   end, must be the same many times.
 */
export class AncestorGuard {
  readonly #root: string;
  readonly #stop: StopPage;
  readonly #exclusively: Exclusively;
  /** Ways that were settled when they were last looked at, by directory. */
  readonly #settled = new Map<string, Seen[]>();
  #settledUnits = 0;
  /** Modification times that come from the guest's own changes, by path. */
  readonly #own = new Map<string, number>();

  /** @param exclusively Keeps other guests of this process out meanwhile. */
  constructor(root: string, stop: StopPage, exclusively: Exclusively) {
    this.#root = root;
    this.#stop = stop;
    this.#exclusively = exclusively;
  }

  /** Finds something out below `directory`; `same` compares two answers. */
  observe<T>(
    directory: string,
    act: () => T,
    same: (a: T, b: T) => boolean,
  ): T {
    if (directory === "") return act();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      this.#stop.check();
      const settled = this.#settled.get(directory);
      const way = settled ?? this.#look(directory);
      const outcome = outcomeOf(act);
      const held = settled
        ? holdTheirNames(holdersOf(way))
        : this.#held(way, () => agree(outcomeOf(act), outcome, same));
      if (!held) this.#forgetSettled(directory);
      else if ("value" in outcome) return outcome.value;
      else fail(outcome.code);
    }
    fail("EAGAIN");
  }

  /**
   * Changes something below `directory`, once.
   *
   * What is swapped between the last look and the change can't be held, only
   * noticed. So nothing is changed while others change the way.
   */
  change<T>(directory: string, act: () => T): T {
    if (directory === "") return this.#changeRoot(act);
    for (let wait = 0; wait < WAITS; wait++) {
      const done = this.#exclusively(() => this.#changeIfQuiet(directory, act));
      if (done !== undefined) return done.value;
      this.#stop.sleep(QUIET_MS);
    }
    fail("EAGAIN");
  }

  /** Changes something, or nothing while others change the way. */
  #changeIfQuiet<T>(
    directory: string,
    act: () => T,
  ): { readonly value: T } | undefined {
    const way = this.#look(directory);
    if (this.#othersChange(way) || !this.#held(way, () => true)) {
      return undefined;
    }
    const value = act();
    if (!isUnchanged(way, false)) fail("EIO");
    this.#remember(way.at(-1)?.path ?? this.#root);
    return { value };
  }

  /** The directories from the root to `directory`, all of them real. */
  #look(directory: string): Seen[] {
    const way = [see(this.#root)];
    for (let end = 0; end !== -1;) {
      this.#stop.check();
      end = directory.indexOf("/", end + 1);
      const place = end === -1 ? directory : directory.slice(0, end);
      way.push(see(`${this.#root}/${place}`));
    }
    return way;
  }

  #held(way: Seen[], again: () => boolean): boolean {
    const holders = holdersOf(way);
    if (isOlder(holders, "ctimeMs", SETTLED_MS)) {
      if (!isUnchanged(way, true)) return false;
      this.#keepSettled(way);
      return true;
    }
    const quiet = isOlder(holders, "mtimeMs", QUIET_MS);
    for (let round = quiet ? QUIET_ROUNDS : BUSY_ROUNDS; round > 0; round--) {
      this.#stop.check();
      if (!isUnchanged(way, quiet)) return false;
      if (!quiet) this.#stop.sleep(Math.random() * MOST_PAUSE_MS);
      if (!again()) return false;
    }
    return isUnchanged(way, quiet);
  }

  #keepSettled(way: Seen[]): void {
    const directory = way.at(-1)?.path.slice(this.#root.length + 1) ?? "";
    this.#forgetSettled(directory);
    const units = unitsOf(way);
    if (this.#settledUnits + units > MOST_SETTLED_UNITS) {
      this.#settled.clear();
      this.#settledUnits = 0;
    }
    if (units > MOST_SETTLED_UNITS) return;
    this.#settled.set(directory, way);
    this.#settledUnits += units;
  }

  #forgetSettled(directory: string): void {
    const way = this.#settled.get(directory);
    if (way === undefined) return;
    this.#settled.delete(directory);
    this.#settledUnits -= unitsOf(way);
  }

  #othersChange(way: Seen[]): boolean {
    const recently = Date.now() - QUIET_MS;
    return holdersOf(way).some(({ path, mtimeMs }) =>
      mtimeMs > recently && this.#own.get(path) !== mtimeMs
    );
  }

  /** In the root itself there is no way that could be swapped. */
  #changeRoot<T>(act: () => T): T {
    const result = act();
    this.#remember(this.#root);
    return result;
  }

  /** Takes what a directory's time is now for the guest's own change. */
  #remember(path: string): void {
    if (this.#own.size >= 1024) this.#own.clear();
    const now = outcomeOf(() => see(path));
    if ("value" in now) this.#own.set(path, now.value.mtimeMs);
  }
}

/** What remembering a way takes; a directory of it counts as 100 at least. */
function unitsOf(way: Seen[]): number {
  return way.reduce((sum, { path }) => sum + 100 + path.length, 0);
}

/** The directories whose names are on the way: all but the last. */
function holdersOf(way: Seen[]): Seen[] {
  return way.slice(0, -1);
}

function see(path: string): Seen {
  const info = Deno.lstatSync(path);
  if (info.isSymlink) fail("ELOOP");
  if (!info.isDirectory) fail("ENOTDIR");
  return {
    path,
    ...identityOf(info),
    ctimeMs: info.ctime?.getTime() ?? Infinity,
    mtimeMs: info.mtime?.getTime() ?? Infinity,
  };
}

function isOlder(
  seen: Seen[],
  which: "ctimeMs" | "mtimeMs",
  ageMs: number,
): boolean {
  const newest = Date.now() - ageMs;
  return seen.every((one) => one[which] < newest);
}

/** Whether nothing was renamed in the holders since they were seen. */
function holdTheirNames(holders: Seen[]): boolean {
  return holders.every((seen) => {
    const now = outcomeOf(() => see(seen.path));
    return "value" in now && isSame(now.value, seen) &&
      now.value.ctimeMs === seen.ctimeMs && now.value.mtimeMs === seen.mtimeMs;
  });
}

/**
 * Whether all are still there; `timed`: and the holders hold their names.
 * The directories themselves last, so that what follows comes close upon it.
 */
function isUnchanged(way: Seen[], timed: boolean): boolean {
  if (timed && !holdTheirNames(holdersOf(way))) return false;
  return way.every((seen) => {
    const now = outcomeOf(() => see(seen.path));
    return "value" in now && isSame(now.value, seen);
  });
}

function outcomeOf<T>(act: () => T): Outcome<T> {
  try {
    return { value: act() };
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return { code };
  }
}

function agree<T>(
  a: Outcome<T>,
  b: Outcome<T>,
  same: (a: T, b: T) => boolean,
): boolean {
  if ("value" in a) return "value" in b && same(a.value, b.value);
  return "code" in b && a.code === b.code;
}
