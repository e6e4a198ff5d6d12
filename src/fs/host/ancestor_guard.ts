/**
 * Ensures that the path to a host place does not change during an operation.
 */

import { codeOf, type ErrorCode, fail } from "../error_code.ts";
import type { StopPage } from "../../stop_page.ts";
import { type HostIdentity, identityOf, isSame } from "./host_stat.ts";

/** A ctime older than this can't hide a later change. */
const SETTLED_MS = 2_100;
/** The same for mtimes, which Deno reports in milliseconds. */
const QUIET_MS = 20;
/** How often the path is rechecked if only its mtimes are old. */
const QUIET_ROUNDS = 6;
/** How often the path is rechecked if nothing else is known. */
const BUSY_ROUNDS = 16;
/**
 * The longest pause between two checks. It varies far more than a swap takes:
 * checks and swaps wait for each other in the kernel, and would otherwise
 * synchronize.
 */
const MOST_PAUSE_MS = 0.3;
/** How often an operation that met a change is retried. */
const ATTEMPTS = 4;
/** How often a write waits for others to stop changing the path. */
const WAITS = 8;
/** Limit on the total length of remembered paths, in UTF-16 code units. */
const MOST_SETTLED_UNITS = 2 ** 20;

/** Runs an operation while nobody else in this process changes the folder. */
export type Exclusively = <T>(act: () => T) => T;

/** A directory on the path, as it was seen. */
interface Seen extends HostIdentity {
  readonly path: string;
  readonly ctimeMs: number;
  readonly mtimeMs: number;
}

type Outcome<T> = { readonly value: T } | { readonly code: ErrorCode };

/**
 * Ensures that the directories on the path to a place are real directories
 * during an operation, although another process may replace one with a symbolic
 * link at any time.
 *
 * Deno has no `openat`: every call resolves its path again. Swapping a name
 * changes the times of its parent directory, and nobody can set a ctime. Deno
 * reports ctimes in whole seconds:
 *
 * - Settled: the parents' ctimes are old, and the same before and after. Then
 *   nothing was swapped.
 * - Quiet: only their mtimes are somewhat old. Those can be set back, so the
 *   path is rechecked a few times and must not change.
 * - Busy: a parent was changed just now. The path, and what was found at its
 *   end, must be the same many times.
 */
export class AncestorGuard {
  readonly #root: string;
  readonly #stop: StopPage;
  readonly #exclusively: Exclusively;
  /** Paths that were settled at the last check, by directory. */
  readonly #settled = new Map<string, Seen[]>();
  #settledUnits = 0;
  /** mtimes caused by the guest's own changes, by path. */
  readonly #own = new Map<string, number>();

  /** @param exclusively Excludes other guests of this process. */
  constructor(root: string, stop: StopPage, exclusively: Exclusively) {
    this.#root = root;
    this.#stop = stop;
    this.#exclusively = exclusively;
  }

  /** Reads something below `directory`; `same` compares two results. */
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
   * A swap between the last check and the change can't be prevented, only
   * detected. So nothing is changed while others change the path.
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

  /** Changes something, unless others are changing the path. */
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

  /** In the root itself there is no path that could be swapped. */
  #changeRoot<T>(act: () => T): T {
    const result = act();
    this.#remember(this.#root);
    return result;
  }

  /** Records a directory's current time as the guest's own change. */
  #remember(path: string): void {
    if (this.#own.size >= 1024) this.#own.clear();
    const now = outcomeOf(() => see(path));
    if ("value" in now) this.#own.set(path, now.value.mtimeMs);
  }
}

/** The cost of remembering a path; each directory counts as at least 100. */
function unitsOf(way: Seen[]): number {
  return way.reduce((sum, { path }) => sum + 100 + path.length, 0);
}

/** The directories that contain names on the path: all but the last. */
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

/** Whether nothing was renamed in the parents since they were seen. */
function holdTheirNames(holders: Seen[]): boolean {
  return holders.every((seen) => {
    const now = outcomeOf(() => see(seen.path));
    return "value" in now && isSame(now.value, seen) &&
      now.value.ctimeMs === seen.ctimeMs && now.value.mtimeMs === seen.mtimeMs;
  });
}

/**
 * Whether all are unchanged; with `timed`, also the names in the parents. The
 * directories themselves are checked last, immediately before what follows.
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
