/** Recognizes script tools, which an interpreter of the package runs. */

const SCRIPT = /\.m?[jt]s$/;

/** Whether a source is a script rather than a module. */
export function isScriptName(source: string): boolean {
  return SCRIPT.test(source);
}
