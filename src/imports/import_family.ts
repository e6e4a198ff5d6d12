/** Describes a family of imports: the host checks by it, the guest opens it. */

import type { FamilyProvider } from "./open_family.ts";

/** A function's type as messages print it, such as `(i32, i64) -> (i32)`. */
export type SignatureText = `(${string}) -> (${string})`;

/**
 * What a family works on beside the guest's memory: the `system` that programs
 * have (streams, files, arguments), the `network`, or functions of the `host`.
 */
export type FamilyNeed = "system" | "network" | "host";

/** The functions that guests import from one module. */
export interface ImportFamily {
  /** The name of the module. */
  readonly module: string;
  /** What messages call it. */
  readonly title: string;
  readonly needs: readonly FamilyNeed[];
  /** Every function, with the only type that it can be imported as. */
  readonly functions: ReadonlyMap<string, SignatureText>;
  /**
   * Whether a configuration has further functions for it, of numbers only; each
   * sandbox checks them by itself.
   */
  readonly isOpen?: boolean;
  /** Loads what the functions do. Only a guest's worker calls this. */
  readonly load: () => Promise<FamilyProvider>;
}

/** The table of a family's functions. */
export function functions(
  table: Readonly<Record<string, SignatureText>>,
): ReadonlyMap<string, SignatureText> {
  return new Map(Object.entries(table));
}
