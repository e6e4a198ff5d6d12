/**
 * A granted folder full of ways out, beside what must never be touched:
 *
 * ```text
 *   base/in.txt              where `../in.txt` of a moved link would lead
 *   base/outside/canary.txt  what every planted link leads to
 *   base/outside/canary-folder/
 *   base/granted/            what the guest sees, links and all
 * ```
 */

import { join } from "@std/path";

/** Stands in every file outside. */
export const CANARY = "canary-content";
/** Every name and text outside has this in it. */
export const MARK = "canary";
/** The size of every file outside; no file inside has it. */
export const CANARY_BYTES = 4321;

/** Long before now, so that any access shows. */
const LONG_AGO = new Date("2001-02-03T04:05:06Z");

/** The links that lead somewhere, by their name in the granted folder. */
const LINKS: Readonly<Record<string, string>> = {
  "file-link": "../outside/canary.txt",
  "dir-link": "../outside",
  "up-link": "..",
  "dangling": "../outside/new-file",
  "dangling-dir": "../outside/new-folder/new-file",
  "chain": "chain-2",
  "chain-2": "sub/chain-3",
  "sub/chain-3": "../file-link",
  "dir-chain": "sub/../dir-link/canary-folder",
  "loop": "loop-2",
  "loop-2": "sub/../loop",
  "in-link": "sub",
  "sub/back": "../in.txt",
  "root": "/",
  "passwd": "/etc/passwd",
  "process": "/proc/self/root/etc/passwd",
};

/** A granted folder and what is outside of it. */
export class TrapFolder implements AsyncDisposable {
  readonly base: string;
  readonly granted: string;
  readonly #before: ReadonlyMap<string, string>;

  private constructor(base: string) {
    this.base = base;
    this.granted = join(base, "granted");
    this.#plant();
    this.#before = this.#outside();
  }

  static async make(): Promise<TrapFolder> {
    return new TrapFolder(await Deno.realPath(await Deno.makeTempDir()));
  }

  /** Puts everything inside back to how it was at first. */
  plantAgain(): void {
    Deno.removeSync(this.granted, { recursive: true });
    this.#plantInside();
  }

  /** What changed outside, or was looked into; nothing when the wall held. */
  changesOutside(): string[] {
    const now = this.#outside();
    const paths = new Set([...this.#before.keys(), ...now.keys()]);
    return [...paths].filter((path) =>
      this.#before.get(path) !== now.get(path)
    );
  }

  /** Everything inside with what a change would move. */
  inside(): ReadonlyMap<string, string> {
    return snapshot(this.granted);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.base, { recursive: true });
  }

  #plant(): void {
    const text = CANARY.padEnd(CANARY_BYTES, ".");
    const folder = join(this.base, "outside/canary-folder");
    Deno.mkdirSync(folder, { recursive: true });
    const files = ["in.txt", "outside/canary.txt", "outside/canary-folder/x"]
      .map((path) => join(this.base, path));
    for (const file of files) Deno.writeTextFileSync(file, text);
    for (const path of [...files, folder, join(this.base, "outside")]) {
      Deno.utimeSync(path, LONG_AGO, LONG_AGO);
    }
    this.#plantInside();
  }

  #plantInside(): void {
    const { base, granted } = this;
    Deno.mkdirSync(join(granted, "sub/deep"), { recursive: true });
    Deno.mkdirSync(join(granted, "empty"));
    Deno.writeTextFileSync(join(granted, "in.txt"), "inside");
    Deno.writeTextFileSync(join(granted, "sub/file.txt"), "below");
    const links = {
      ...LINKS,
      "absolute-link": join(base, "outside/canary.txt"),
      "absolute-dir": join(base, "outside"),
      "absolute-dangling": join(base, "outside/new-file"),
    };
    for (const [name, target] of Object.entries(links)) {
      Deno.symlinkSync(target, join(granted, name));
    }
  }

  #outside(): Map<string, string> {
    const all = snapshot(join(this.base, "outside"));
    const inBase = [...Deno.readDirSync(this.base)].map(({ name }) => name);
    all.set(".", inBase.sort().join());
    all.set("in.txt", state(join(this.base, "in.txt")));
    return all;
  }
}

/** The state of everything below a folder, by path. */
function snapshot(folder: string): Map<string, string> {
  const states = new Map([[folder, state(folder)]]);
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    const below = isDirectory ? snapshot(path) : [[path, state(path)]] as const;
    for (const [key, value] of below) states.set(key, value);
  }
  return states;
}

/** What any change moves, and any look into a file. */
function state(path: string): string {
  const { size, ino, nlink, mtime, ctime, atime, isFile } = Deno
    .lstatSync(path);
  const times = [mtime, ctime, isFile ? atime : undefined]
    .map((time) => time?.getTime());
  return [size, ino, nlink, ...times].join();
}
