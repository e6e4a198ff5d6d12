/** Memories that a guest imports: each is one of its own. */

import { CompilationFailed } from "../../errors.ts";
import { quote } from "../../quote.ts";
import type { ParsedModule } from "../read/parsed_module.ts";

/**
 * Refuses memories that would be one and the same: a copy from one to another
 * is cut into pieces as if they could not overlap, and each is counted.
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
