/** Errors for bytes that are not a module, or too much of one. */

import { CompilationFailed } from "../errors.ts";

/** How a reason begins that also says so after it was sent between threads. */
const MALFORMED = "Cannot read module: ";

/** The error for bytes that are not a WebAssembly module. */
export function malformed(what: string, offset: number): CompilationFailed {
  return new CompilationFailed(`${MALFORMED}${what}`, offset);
}

/** The error for a module that has more of something than a sandbox takes. */
export function overLimit(what: string, offset: number): CompilationFailed {
  return new CompilationFailed(`Cannot prepare module: ${what}`, offset);
}

/** Whether bytes were found to be no valid module, rather than one that is refused. */
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
