/** Checks imported memories, each of which must be distinct. */

import { CompilationFailed } from "../../errors.ts";
import { quote } from "../../quote.ts";
import type { ParsedModule } from "../read/parsed_module.ts";

/**
 * Refuses imports that would be the same memory: copies between memories are
 * split as if they could not overlap, and each memory is counted.
 *
 * @throws {CompilationFailed} when two of them have the same name.
 */
export function checkMemoryImports({ imports }: ParsedModule): void {
  const seen = new Set<string>();
  for (const { module, name, entity } of imports) {
    if (entity.kind !== "memory") continue;
    const key = JSON.stringify([module, name]);
    if (seen.has(key)) {
      throw new CompilationFailed(
        `Cannot prepare module: it imports the memory ${quote(name)} of ${
          quote(module)
        } twice`,
      );
    }
    seen.add(key);
  }
}
