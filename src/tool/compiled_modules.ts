/**
 * The process's compiled modules, shared by sandboxes that prepare them alike.
 */

import { processCode } from "../prepare/limits/code_budget.ts";
import type { PrepareOptions } from "../prepare/prepare.ts";
import {
  KEPT_FROM_BYTES,
  type PreparedCache,
} from "./prepared_cache/prepared_cache.ts";
import { sampleOf } from "./byte_sample.ts";
import { sha256HexInSlices } from "./sha256.ts";
import {
  compile,
  type CompileMore,
  type HashedModule,
  mayBeBuilt,
} from "./preparing/module_compiler.ts";

interface Entry {
  readonly compiled: Promise<HashedModule>;
  /** Number of loads not yet released. */
  holders: number;
  /** Returns its share of the machine code budget. */
  giveBack(): void;
}

const entries = new Map<string, Entry>();

/** A reference that must be released. */
interface Held {
  /** Releases it; unreferenced modules are collected. */
  release(): void;
  /** Takes another reference, for something derived from it. */
  again(): Held;
}

/** A reference to a compiled module. */
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

/** What all modules loaded before look like, see {@linkcode lookOf}. */
const looks = new Set<string>();
/** Modules being compiled before their hash is known, by what they look like. */
const ahead = new Map<string, Set<Promise<unknown>>>();

/** The same for the same bytes, and for few others; hashing takes longer. */
function lookOf(bytes: Uint8Array): string {
  const { length } = bytes;
  return length < KEPT_FROM_BYTES
    ? `${length}`
    : `${length}-${sampleOf(bytes)}`;
}

/**
 * Returns a module compiled for these options; compiles it unless it is already
 * held. Takes ownership of the bytes.
 *
 * Bytes that look like none before can't have been loaded before: they are hashed
 * while they are compiled, unless `accept` or a cache must be consulted first.
 *
 * @throws what compilation or `accept` throws.
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
  const look = lookOf(bytes);
  if (!accept && !keeping && !looks.has(look)) {
    looks.add(look);
    return await compileAhead(bytes, look, options, more);
  }
  looks.add(look);
  const through = keeping && await throughCache(keeping, bytes, options);
  const sha256 = through?.sha256 ?? await sha256HexInSlices(bytes);
  accept?.(sha256);
  await Promise.allSettled(ahead.get(look) ?? []);
  const key = keyOf(sha256, options);
  const entry = entries.get(key) ??
    enter(
      key,
      through
        ? through.compile(more)
        : compile(bytes, options, { ...more, sha256 }),
    );
  return await hold(key, entry);
}

/** Few sandboxes have a cache: its code is loaded on first use. */
async function throughCache(
  cache: PreparedCache,
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
): Promise<{
  readonly sha256: string;
  readonly compile: (more: CompileMore) => Promise<HashedModule>;
}> {
  const { compileKept, hashWithLikely } = await import(
    "./prepared_cache/compile_kept.ts"
  );
  const found = await hashWithLikely(bytes, options, cache);
  return {
    sha256: found.sha256,
    compile: (more) => compileKept(bytes, options, found, cache, more),
  };
}

async function compileAhead(
  bytes: Uint8Array<ArrayBuffer>,
  look: string,
  options: PrepareOptions,
  more: CompileMore,
): Promise<HeldModule> {
  const holding = compile(bytes, options, more).then((compiled) => {
    const key = keyOf(compiled.sha256, options);
    return hold(key, enter(key, Promise.resolve(compiled)));
  });
  const others = ahead.get(look) ?? new Set();
  ahead.set(look, others.add(holding));
  try {
    return await holding;
  } finally {
    others.delete(holding);
    if (others.size === 0) ahead.delete(look);
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
