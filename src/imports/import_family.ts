/**
 * Declares an import family, which the host checks against and the guest opens.
 */

import type { FamilyProvider } from "./open_family.ts";

/** A function's type as messages print it, such as `(i32, i64) -> (i32)`. */
export type SignatureText = `(${string}) -> (${string})`;

/**
 * What a family needs besides the guest's memory: the WASI `system` (streams,
 * files, arguments), the `network`, or `host` functions.
 */
export type FamilyNeed = "system" | "network" | "host";

/** The functions that guests import from one module. */
export interface ImportFamily {
  /** The name of the module. */
  readonly module: string;
  /** Its name in messages. */
  readonly title: string;
  readonly needs: readonly FamilyNeed[];
  /** Every function, with the only type that it can be imported with. */
  readonly functions: ReadonlyMap<string, SignatureText>;
  /**
   * Whether a configuration can add numeric functions to it; each sandbox
   * checks those itself.
   */
  readonly isOpen?: boolean;
  /** Loads the implementation. Called only in guest workers. */
  readonly load: () => Promise<FamilyProvider>;
}

/** Builds the table of a family's functions. */
export function functions(
  table: Readonly<Record<string, SignatureText>>,
): ReadonlyMap<string, SignatureText> {
  return new Map(Object.entries(table));
}
