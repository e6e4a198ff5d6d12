/** Errors for invalid or oversized modules. */

import { CompilationFailed } from "../errors.ts";

/**
 * Prefix of reasons, by which they are recognized even after being posted
 * between threads.
 */
const MALFORMED = "Cannot read module: ";

/** The error for bytes that are not a WebAssembly module. */
export function malformed(what: string, offset: number): CompilationFailed {
  return new CompilationFailed(`${MALFORMED}${what}`, offset);
}

/** The error for a module that exceeds a limit of the sandbox. */
export function overLimit(what: string, offset: number): CompilationFailed {
  return new CompilationFailed(`Cannot prepare module: ${what}`, offset);
}

/**
 * Whether the bytes are not a valid module, rather than a module that is
 * refused.
 */
export function isMalformed({ reason }: CompilationFailed): boolean {
  return reason.startsWith(MALFORMED);
}

/** The error for a feature that a sandbox can't bound. */
export function refused(feature: string, offset: number): CompilationFailed {
  return new CompilationFailed(
    `Cannot prepare module: ${feature} is not allowed in a sandbox`,
    offset,
  );
}
