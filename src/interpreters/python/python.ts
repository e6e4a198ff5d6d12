/**
 * Runs Python programs in a sandbox. The interpreter is started once, so that
 * programs with numpy and pandas start in milliseconds.
 *
 * @module
 */

export {
  PythonInterpreter,
  type PythonOptions,
  type PythonProgress,
} from "./python_interpreter.ts";
export type { PythonException, PythonResult } from "./python_result.ts";
export type { PythonRunOptions } from "./python_turn.ts";
export { PythonSession } from "./python_session.ts";
