import { CompilationFailed } from "../errors.ts";

/** The error for bytes that are no WebAssembly module. */
export function malformed(what: string, offset: number): CompilationFailed {
  return new CompilationFailed(`Cannot read module: ${what}`, offset);
}

/** The error for a feature that a sandbox can't bound. */
export function refused(feature: string, offset: number): CompilationFailed {
  return new CompilationFailed(
    `Cannot prepare module: ${feature} is not allowed in a sandbox`,
    offset,
  );
}

/** Guest text for a message: quoted, and cut so that it can't flood a log. */
export function quoted(text: string): string {
  const shown = text.length > 64 ? `${text.slice(0, 64)}…` : text;
  return JSON.stringify(shown);
}
