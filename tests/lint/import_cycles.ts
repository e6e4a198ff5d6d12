/** Finds import cycles among the modules of this package. */

import { moduleGraph } from "../consumer/module_graph.ts";

/** A file and the files that it imports, by path from the root. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** Which imports count. */
export interface CycleKinds {
  /** Whether imports of types count too, which leave nothing at run time. */
  readonly types: boolean;
}

/** The imports inside a package, of files by their paths with a slash. */
export function importsOf(
  files: ReadonlyMap<string, Uint8Array>,
  { types }: CycleKinds,
): Imports {
  const imports = new Map<string, readonly string[]>();
  for (
    const [path, { dependencies = [] }] of Object.entries(moduleGraph(files))
  ) {
    const targets = dependencies
      .filter((one) => types || !isOfTypes(one))
      .map((one) => one.type === "static" ? one.specifier : one.argument)
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => new URL(specifier, `file://${path}`).pathname);
    imports.set(path, targets);
  }
  return imports;
}

function isOfTypes(one: { readonly type: string; readonly kind?: string }) {
  return one.kind === "importType" || one.kind === "exportType";
}

/**
 * The knots: every group of files of which each leads to each, sorted.
 *
 * Tarjan, R.: Depth-first search and linear graph algorithms, 1972.
 */
export function importCycles(imports: Imports): readonly string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    path.push(file);
    const targets = imports.get(file) ?? [];
    for (const target of targets) {
      if (!order.has(target)) visit(target);
      else if (!path.includes(target)) continue;
      const low = Math.min(lowest.get(file)!, lowest.get(target)!);
      lowest.set(file, low);
    }
    if (lowest.get(file) !== order.get(file)) return;
    const knot = path.splice(path.indexOf(file));
    if (knot.length > 1 || targets.includes(file)) cycles.push(knot.sort());
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return cycles.sort();
}
