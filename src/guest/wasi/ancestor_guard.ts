import { Errno, fail } from "./errno.ts";
import { errnoOf } from "./host_errno.ts";
import { type HostIdentity, identityOf, isSame } from "./host_stat.ts";

/** A directory's change time older than this can't hide a later change. */
const SETTLED_MS = 2_100;
/** How often what can't be settled by change times is looked at again. */
const ROUNDS = 10;
/** How often an action that ran into a change is tried again. */
const ATTEMPTS = 4;

interface Seen extends HostIdentity {
  readonly path: string;
  readonly ctimeMs: number;
}

type Outcome<T> = { readonly value: T } | { readonly errno: number };

/**
 * Sees to it that the directories on the way to a place are real directories
 * while something is done there, although another process may swap one for a
 * link at any time.
 *
 * Deno has no `openat`, so a path is walked again by every call. Whoever swaps
 * a name changes the change time of the directory that the name is in, and
 * nobody can set a change time. Deno tells it in whole seconds: when it is
 * older than that and the same before and after, then nothing was swapped. A
 * directory that was changed just now gives no such proof: then everything is
 * looked at {@linkcode ROUNDS} times and must be the same each time.
 */
export class AncestorGuard {
  readonly #root: string;
  /** Ways that were settled when they were last looked at, by directory. */
  readonly #settled = new Map<string, Seen[]>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Finds something out below `directory`; `same` compares two answers. */
  observe<T>(
    directory: string,
    act: () => T,
    same: (a: T, b: T) => boolean,
  ): T {
    if (directory === "") return act();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const way = this.#settled.get(directory) ?? this.#look(directory);
      const outcome = outcomeOf(act);
      if (
        this.#held(directory, way, () => agree(outcomeOf(act), outcome, same))
      ) {
        if ("value" in outcome) return outcome.value;
        fail(outcome.errno);
      }
    }
    fail(Errno.AGAIN);
  }

  /**
   * Changes something below `directory`, once. What another process swaps
   * between the last look and the change can't be held: it is only noticed.
   */
  change<T>(directory: string, act: () => T): T {
    if (directory === "") return act();
    const way = this.#look(directory);
    if (!this.#held(directory, way, () => true)) fail(Errno.AGAIN);
    const result = act();
    if (!isUnchanged(way, 0)) fail(Errno.IO);
    return result;
  }

  /** The directories from the root to `directory`, all of them real. */
  #look(directory: string): Seen[] {
    this.#settled.delete(directory);
    const way = [see(this.#root)];
    for (let end = 0; end !== -1;) {
      end = directory.indexOf("/", end + 1);
      const place = end === -1 ? directory : directory.slice(0, end);
      way.push(see(`${this.#root}/${place}`));
    }
    return way;
  }

  #held(directory: string, way: Seen[], again: () => boolean): boolean {
    const holders = way.slice(0, -1);
    const settledBefore = this.#settled.has(directory);
    if (settledBefore || isSettled(holders)) {
      const look = settledBefore ? holders : way;
      if (isUnchanged(look, holders.length)) {
        this.#remember(directory, way);
        return true;
      }
      this.#settled.delete(directory);
      if (settledBefore) return false;
    }
    for (let round = 0; round < ROUNDS; round++) {
      if (!isUnchanged(way, 0)) return false;
      pause(round);
      if (!again()) return false;
    }
    return isUnchanged(way, 0);
  }

  #remember(directory: string, way: Seen[]): void {
    if (this.#settled.size > 1024) this.#settled.clear();
    this.#settled.set(directory, way);
  }
}

function see(path: string): Seen {
  const info = Deno.lstatSync(path);
  if (info.isSymlink) fail(Errno.LOOP);
  if (!info.isDirectory) fail(Errno.NOTDIR);
  return { path, ...identityOf(info), ctimeMs: info.ctime?.getTime() ?? 0 };
}

function isSettled(holders: Seen[]): boolean {
  const newest = Date.now() - SETTLED_MS;
  return holders.every((seen) => seen.ctimeMs > 0 && seen.ctimeMs < newest);
}

/** Whether all are still there, the first `timed` with nothing renamed in. */
function isUnchanged(way: Seen[], timed: number): boolean {
  return way.every((seen, index) => {
    const now = outcomeOf(() => see(seen.path));
    return "value" in now && isSame(now.value, seen) &&
      (index >= timed || now.value.ctimeMs === seen.ctimeMs);
  });
}

/** A short pause of varying length, against a swap in step with the looks. */
function pause(round: number): void {
  const until = performance.now() + (round % 3) * 0.002 * Math.random();
  while (performance.now() < until);
}

function outcomeOf<T>(act: () => T): Outcome<T> {
  try {
    return { value: act() };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return { errno };
  }
}

function agree<T>(
  a: Outcome<T>,
  b: Outcome<T>,
  same: (a: T, b: T) => boolean,
): boolean {
  if ("value" in a) return "value" in b && same(a.value, b.value);
  return "errno" in b && a.errno === b.errno;
}
