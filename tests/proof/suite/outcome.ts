import { CompilationFailed } from "../../../src/errors.ts";

/** The stack's depth differs with the frames' size, so no more is compared. */
const OVERFLOW = "stack overflow";

/** The outcome of a command whose module, or one it imports, was refused. */
export const NO_MODULE = "no module";
const MISSING = /module is not an object or function/;

/** A value that two ways can be compared by. */
export function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  if (typeof value === "function") return "a function";
  if (value !== null && typeof value === "object") return "an object";
  return String(value);
}

/** V8's no to a module, or ours where no policy is behind it. */
function isInvalid(error: unknown): boolean {
  if (error instanceof WebAssembly.CompileError) return true;
  return error instanceof CompilationFailed &&
    !error.message.startsWith("Cannot prepare module");
}

/** A result, or the class and message of what was thrown. */
export function outcome(run: () => string): string {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) return OVERFLOW;
    if (error instanceof TypeError && MISSING.test(error.message)) {
      return NO_MODULE;
    }
    if (isInvalid(error)) return "invalid";
    if (error instanceof WebAssembly.LinkError) return "does not link";
    if (error instanceof WebAssembly.RuntimeError) {
      return `trap: ${error.message.replace(/^.*?\(\): /, "")}`;
    }
    if (error instanceof Error) return `${error.name}: ${error.message}`;
    return "an exception";
  }
}
