/** Compiled modules of the process: those that sandboxes prepare alike are one. */

import { processCode } from "../prepare/limits/code_budget.ts";
import type { PrepareOptions } from "../prepare/prepare.ts";
import {
  KEPT_FROM_BYTES,
  type PreparedCache,
} from "./prepared_cache/prepared_cache.ts";
import {
  compile,
  type CompileMore,
  hash,
  type HashedBytes,
  type HashedModule,
  mayBeBuilt,
} from "./preparing/module_compiler.ts";

interface Entry {
  readonly compiled: Promise<HashedModule>;
  /** How many loads have not been released. */
  holders: number;
  /** Gives back the room of its machine code. */
  giveBack(): void;
}

const entries = new Map<string, Entry>();

/** Something that is held, until it is released. */
interface Held {
  /** Lets go of it; what nobody holds is collected. */
  release(): void;
  /** Holds it once more, for what is made of it. */
  again(): Held;
}

/** A module that somebody holds, until it is released. */
export interface HeldModule extends Held {
  readonly compiled: HashedModule;
}

/** How a module is loaded. */
export interface HoldOptions extends Pick<CompileMore, "onProgress"> {
  /** Called with the hash of the bytes; may throw. */
  readonly accept?: ((sha256: string) => void) | undefined;
  /** Where prepared modules are kept. */
  readonly cache?: PreparedCache | undefined;
}

/** Lengths of modules that were loaded before. */
const lengths = new Set<number>();
/** What is compiled and not hashed yet, by the length of its bytes. */
const ahead = new Map<number, Set<Promise<unknown>>>();

/**
 * Gives out a module that is compiled for these options; compiles it unless
 * somebody holds it already. The bytes are given away.
 *
 * Bytes of a length that was never seen cannot have been loaded before: they
 * are hashed while they are compiled, unless `accept` or a cache has to be asked
 * first.
 *
 * @throws what compiling throws, or `accept`.
 */
export async function holdModule(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
  { accept, cache, onProgress }: HoldOptions = {},
): Promise<HeldModule> {
  const { length } = bytes;
  const isKept = length >= KEPT_FROM_BYTES && !mayBeBuilt(length, options);
  const keeping = isKept ? cache : undefined;
  const more = { onProgress };
  if (!accept && !keeping && !lengths.has(length)) {
    lengths.add(length);
    return await compileAhead(bytes, options, more);
  }
  lengths.add(length);
  const hashed = await hash(bytes);
  accept?.(hashed.sha256);
  await Promise.allSettled(ahead.get(length) ?? []);
  const key = keyOf(hashed.sha256, options);
  const entry = entries.get(key) ??
    enter(
      key,
      keeping
        ? compileThrough(keeping, hashed, options, more)
        : compile(hashed.bytes, options, { ...more, sha256: hashed.sha256 }),
    );
  return await hold(key, entry);
}

/** Few have a cache: this is loaded with the first module that goes there. */
async function compileThrough(
  cache: PreparedCache,
  hashed: HashedBytes,
  options: PrepareOptions,
  more: CompileMore,
): Promise<HashedModule> {
  const { compileKept } = await import("./prepared_cache/compile_kept.ts");
  return await compileKept(hashed, options, cache, more);
}

async function compileAhead(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
  more: CompileMore,
): Promise<HeldModule> {
  const { length } = bytes;
  const holding = compile(bytes, options, more).then((compiled) => {
    const key = keyOf(compiled.sha256, options);
    return hold(key, enter(key, Promise.resolve(compiled)));
  });
  const others = ahead.get(length) ?? new Set();
  ahead.set(length, others.add(holding));
  try {
    return await holding;
  } finally {
    others.delete(holding);
    if (others.size === 0) ahead.delete(length);
  }
}

function keyOf(sha256: string, options: PrepareOptions): string {
  return `${sha256} ${JSON.stringify(options)}`;
}

function enter(key: string, compiling: Promise<HashedModule>): Entry {
  const entry: Entry = {
    compiled: compiling.then((compiled) => {
      entry.giveBack = processCode.take(compiled.info.machineCodeBytes);
      return compiled;
    }),
    holders: 0,
    giveBack: () => {},
  };
  entries.set(key, entry);
  return entry;
}

async function hold(key: string, entry: Entry): Promise<HeldModule> {
  const held = holder(key, entry);
  try {
    return { compiled: await entry.compiled, ...held };
  } catch (error) {
    held.release();
    throw error;
  }
}

function holder(key: string, entry: Entry): Held {
  entry.holders++;
  let isHeld = true;
  const release = () => {
    if (!isHeld) return;
    isHeld = false;
    if (--entry.holders > 0) return;
    entry.giveBack();
    if (entries.get(key) === entry) entries.delete(key);
  };
  return { release, again: () => holder(key, entry) };
}
