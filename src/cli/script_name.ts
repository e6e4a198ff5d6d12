/** Which tools are scripts: those that an interpreter of the package runs. */

const SCRIPT = /\.m?[jt]s$/;

/** Whether a source is a script, and not a module. */
export function isScriptName(source: string): boolean {
  return SCRIPT.test(source);
}
