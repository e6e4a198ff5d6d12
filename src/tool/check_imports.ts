/** Refuses modules with imports that no sandbox provides. */

import { CompilationFailed } from "../errors.ts";
import { importRefusal, type OfferedFunctions } from "../imports/families.ts";
import type { ImportInfo, ModuleInfo } from "../prepare/module_info.ts";
import { quote } from "../quote.ts";
import { foreignAdvice } from "./foreign_module.ts";

/** Names that a message lists before it only counts the rest. */
const MOST_NAMES = 5;

/**
 * Checks that every import of a module can be provided with its declared type.
 *
 * @param offered Numeric host functions that the configuration offers; any by
 * default.
 * @throws {CompilationFailed} for the first one that can't.
 */
export function checkImports(
  info: Pick<ModuleInfo, "imports">,
  offered?: OfferedFunctions,
): void {
  for (const entry of info.imports) {
    const why = importRefusal(entry, offered);
    if (why === undefined) continue;
    const { kind, module, name } = entry;
    throw new CompilationFailed(
      `Cannot load module: it imports ${kind} ${quote(module)} ${
        quote(name)
      }, ${[why, ...foreignAdvice(info)].join("; ")}`,
    );
  }
}

/** The reasons for a list of imports: one per distinct reason. */
export function importRefusals(imports: readonly ImportInfo[]): string[] {
  const refused = new Map<string, string[]>();
  for (const entry of imports) {
    const why = importRefusal(entry);
    if (why === undefined) continue;
    const from = `${quote(entry.module)}, ${why}`;
    const names = refused.get(from);
    if (names) names.push(entry.name);
    else refused.set(from, [entry.name]);
  }
  const advice = refused.size === 0 ? [] : foreignAdvice({ imports });
  return [...refused].map(([from, names], index) => {
    const shown = names.slice(0, MOST_NAMES).map(quote).join(", ");
    const rest = names.length - MOST_NAMES;
    return `Cannot load module: it imports ${shown}${
      rest > 0 ? ` and ${rest} more` : ""
    } from ${index === 0 ? [from, ...advice].join("; ") : from}`;
  });
}
