/**
 * Compiles the interpreter from what preparation made of it when this package
 * was built, where it is loaded with the limits that were taken then: preparing
 * it takes longer than all the rest of a first program. It is known by its
 * hash, and is what a thread would make of it; a test compares the two.
 */

import { unpackInfo } from "../preparing/loaded_info.ts";
import type { HashedModule } from "../preparing/module_compiler.ts";
import { sha256Hex } from "../sha256.ts";
import { BUILT } from "./built_key.ts";
import { changed } from "./byte_change.ts";

/** Compiles it; undefined when these bytes are something else. */
export async function compileBuilt(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<HashedModule | undefined> {
  // Hashed in a thread of Deno's own, while this one puts the bytes together.
  const hashing = sha256Hex(bytes);
  const { INFO, LENGTH, STEPS, ADDED } = await import("./built_interpreter.ts");
  const prepared = changed(bytes, {
    length: LENGTH,
    steps: Uint8Array.fromBase64(STEPS),
    added: Uint8Array.fromBase64(ADDED),
  });
  const sha256 = await hashing;
  if (sha256 !== BUILT.sha256) return undefined;
  // Its types are few and always the same: they are not counted.
  const module = await WebAssembly.compile(prepared);
  return { sha256, module, info: unpackInfo(INFO) };
}
