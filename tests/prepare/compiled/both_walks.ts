/** Rewrites code with the compiled walk and without, to compare. */

import { assertEquals } from "@std/assert";
import { CompilationFailed } from "../../../src/errors.ts";
import { rewriteCode } from "../../../src/prepare/write/code_section.ts";
import { parseModule } from "../../../src/prepare/read/parsed_module.ts";

const LIMIT_BYTES = 2 ** 30;

/** What became of a module's code, in a form that can be compared. */
export interface Rewritten {
  readonly bodies: Uint8Array;
  /** What was found out, or why the module is refused. */
  readonly found: string;
}

/** Rewrites a module's code one way or the other. */
export function rewrite(bytes: Uint8Array, compiled: boolean): Rewritten {
  try {
    const code = rewriteCode(parseModule(bytes), LIMIT_BYTES, undefined, {
      compiledFromBytes: compiled ? 0 : Infinity,
    });
    const { injected, bodies, ...found } = code;
    return {
      bodies: bodies.view(),
      found: JSON.stringify([injected.all, found]),
    };
  } catch (error) {
    if (!(error instanceof CompilationFailed)) throw error;
    const { message, offset } = error;
    return { bodies: new Uint8Array(), found: `${message} at ${offset}` };
  }
}

/** Asserts that both write the same bytes and find out the same. */
export function assertSame(bytes: Uint8Array, name: string): void {
  const plain = rewrite(bytes, false);
  const compiled = rewrite(bytes, true);
  assertEquals(compiled.found, plain.found, name);
  assertEquals(compiled.bodies.length, plain.bodies.length, name);
  const at = plain.bodies.findIndex((byte, i) => byte !== compiled.bodies[i]);
  assertEquals(at, -1, `${name}: first other byte`);
}
