/** Recognizes script tools, which an interpreter of the package runs. */

const SCRIPT = /\.m?[jt]s$/;

/** Whether a source is a script rather than a module. */
export function isScriptName(source: string): boolean {
  return SCRIPT.test(source);
}

/** A script's name without its ending. */
export function scriptStem(source: string): string {
  return source.replace(SCRIPT, "");
}
