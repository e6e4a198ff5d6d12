/**
 * Runs Python programs in a sandbox: started once, with numpy and pandas in
 * milliseconds.
 *
 * @module
 */

export {
  PythonInterpreter,
  type PythonOptions,
  type PythonProgress,
} from "./src/interpreters/python/python_interpreter.ts";
export type {
  PythonException,
  PythonResult,
} from "./src/interpreters/python/python_result.ts";
export type { PythonRunOptions } from "./src/interpreters/python/python_turn.ts";
export { PythonSession } from "./src/interpreters/python/python_session.ts";
