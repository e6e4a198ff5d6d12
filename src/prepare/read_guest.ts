/** The first step of preparation: all of a module but its code. */

import { checkMemoryImports } from "./limits/memory_imports.ts";
import { checkInitialBytes } from "./limits/memory_plan.ts";
import { type ParsedModule, parseModule } from "./read/parsed_module.ts";
import { type InjectedNames, injectedNames } from "./read/unique_names.ts";

/** A module that was read, and what follows from that alone. */
export interface Guest {
  readonly guest: ParsedModule;
  readonly names: InjectedNames;
  /** The initial size of its memories and tables, in bytes. */
  readonly initialBytes: number;
}

/**
 * Reads a module and holds it to the limits.
 *
 * @throws {CompilationFailed} when the bytes are not a valid module, or the
 * module is refused.
 * @throws {MemoryLimitExceeded} when it declares more memory than the limit.
 */
export function readGuest(bytes: Uint8Array, limitBytes: number): Guest {
  const guest = parseModule(bytes);
  checkMemoryImports(guest);
  const initialBytes = checkInitialBytes(guest, limitBytes);
  return { guest, names: injectedNames(guest), initialBytes };
}
