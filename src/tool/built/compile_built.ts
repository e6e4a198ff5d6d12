/**
 * Compiles the interpreter from the output of preparation recorded at build
 * time, if it is loaded with the limits used then: preparing it takes longer
 * than the rest of a first program. It is identified by its hash and equals
 * what a thread would produce; a test compares the two.
 */

import { unpackInfo } from "../preparing/loaded_info.ts";
import type { HashedModule } from "../preparing/module_compiler.ts";
import { sha256Hex } from "../sha256.ts";
import { BUILT } from "./built_key.ts";
import { changed } from "./byte_change.ts";

/** Compiles it; undefined if these bytes are a different module. */
export async function compileBuilt(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<HashedModule | undefined> {
  // Hashed on one of Deno's threads while this one assembles the bytes.
  const hashing = sha256Hex(bytes);
  const { INFO, LENGTH, STEPS, ADDED } = await import("./built_interpreter.ts");
  const prepared = changed(bytes, {
    length: LENGTH,
    steps: Uint8Array.fromBase64(STEPS),
    added: Uint8Array.fromBase64(ADDED),
  });
  const sha256 = await hashing;
  if (sha256 !== BUILT.sha256) return undefined;
  // Its types are few and always the same, so they are not counted.
  const module = await WebAssembly.compile(prepared);
  return { sha256, module, info: unpackInfo(INFO) };
}
