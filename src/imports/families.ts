/** Finds import families, and says why an import can't be provided. */

import type { ImportFamily, SignatureText } from "./import_family.ts";
import * as table from "./table.ts";

const FAMILIES: ReadonlyMap<string, ImportFamily> = new Map(
  Object.values(table).map((family) => [family.module, family]),
);

/** More than any function in the tables takes. */
const MOST_KINDS = 16;

/** An import as a guest declares it. */
export interface DeclaredImport {
  readonly module: string;
  readonly name: string;
  /** `function`, `memory` or another kind. */
  readonly kind: string;
  /** The signature of a function. */
  readonly signature?: DeclaredSignature;
}

/** The parameter and result types of a function. */
interface DeclaredSignature {
  readonly params: readonly string[];
  readonly results: readonly string[];
}

/** The family of an import module, if there is one. */
export function findFamily(module: string): ImportFamily | undefined {
  return FAMILIES.get(module);
}

/** The families that a module imports functions from. */
export function familiesOf(
  imports: readonly DeclaredImport[],
): readonly ImportFamily[] {
  const modules = new Set(
    imports.filter(({ kind }) => kind === "function")
      .map(({ module }) => module),
  );
  return [...modules].flatMap((module) => findFamily(module) ?? []);
}

/** Functions that a configuration adds to open families. */
export type OfferedFunctions = ReadonlyMap<string, SignatureText>;

/**
 * Why an import can't be provided; undefined if it can.
 *
 * @param offered The functions of open families; if left out, any function that
 * a configuration could add.
 */
export function importRefusal(
  entry: DeclaredImport,
  offered?: OfferedFunctions,
): string | undefined {
  const family = findFamily(entry.module);
  const wanted = family?.isOpen
    ? openFunction(entry, offered)
    : family?.functions.get(entry.name);
  // Memories are created under any name that the guest chooses, except the name
  // of a function.
  if (entry.kind === "memory") {
    return wanted && `which is a function of ${family!.title}`;
  }
  if (!family) return "which this sandbox does not provide";
  if (entry.kind !== "function" || wanted === undefined) {
    return `which ${family.title} does not have`;
  }
  // In a module that is refused for other reasons, some types may be unknown.
  if (!entry.signature) return undefined;
  const given = signatureText(entry.signature);
  return given === wanted ? undefined : `as ${given}, not as ${wanted}`;
}

/**
 * The expected type of a function of an open family; undefined if it can't be
 * provided.
 */
function openFunction(
  { name, signature }: DeclaredImport,
  offered: OfferedFunctions | undefined,
): string | undefined {
  if (offered) return offered.get(name);
  const kinds = [...signature?.params ?? [], ...signature?.results ?? []];
  if (kinds.some((kind) => !NUMBERS.has(kind))) return undefined;
  return signatureText(signature ?? { params: [], results: [] });
}

const NUMBERS: ReadonlySet<string> = new Set(["i32", "i64", "f32", "f64"]);

/**
 * The notation of the tables. Truncated, as a type may have a thousand members.
 */
export function signatureText(
  { params, results }: DeclaredSignature,
): SignatureText {
  return `(${listed(params)}) -> (${listed(results)})`;
}

function listed(kinds: readonly string[]): string {
  const shown = kinds.slice(0, MOST_KINDS).join(", ");
  return kinds.length > MOST_KINDS ? `${shown}, …` : shown;
}
