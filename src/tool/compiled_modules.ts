/** Compiled modules of the process: those that sandboxes prepare alike are one. */

import { compile } from "../host/compiling/module_compiler.ts";
import type { CompiledModule } from "../prepare/compile.ts";
import type { PrepareOptions } from "../prepare/prepare.ts";

interface Entry {
  readonly compiled: Promise<CompiledModule>;
  /** How many loads have not been released. */
  holders: number;
}

const entries = new Map<string, Entry>();

/** A module that somebody holds, until it is released. */
export interface HeldModule {
  readonly compiled: CompiledModule;
  /** Lets go of it; what nobody holds is collected. */
  release(): void;
}

/** Lengths of modules that were loaded before. */
const lengths = new Set<number>();

/**
 * Gives out the module with this hash, compiled for these options; compiles it
 * unless somebody holds it already. Bytes of a length that was never seen
 * cannot have been loaded before: they are compiled while they are hashed.
 *
 * @param hashing The hash of `bytes`.
 * @throws what hashing or compiling throws.
 */
export async function holdModule(
  hashing: Promise<string>,
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
): Promise<HeldModule> {
  const isNew = !lengths.has(bytes.length);
  lengths.add(bytes.length);
  const ahead = isNew ? compile(bytes, options) : undefined;
  ahead?.catch(() => {});
  const key = `${await hashing} ${JSON.stringify(options)}`;
  let entry = entries.get(key);
  if (!entry) {
    entry = { compiled: ahead ?? compile(bytes, options), holders: 0 };
    entries.set(key, entry);
  }
  const held = entry;
  held.holders++;
  let isHeld = true;
  const release = () => {
    if (!isHeld) return;
    isHeld = false;
    if (--held.holders === 0 && entries.get(key) === held) entries.delete(key);
  };
  try {
    return { compiled: await held.compiled, release };
  } catch (error) {
    release();
    throw error;
  }
}
