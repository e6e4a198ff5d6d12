/** Loads a script tool with a given interpreter. */

import { CompilationFailed } from "../../errors.ts";
import { quote } from "../../quote.ts";
import { type ModuleSource, readModuleSource } from "../module_source.ts";
import { sha256Hex } from "../sha256.ts";
import type { ToolSchema } from "../tool.ts";
import { exportedSchema } from "./exported_schema.ts";
import type { ScriptFiles } from "./script_source.ts";
import type { InterpretedTool, ToolInterpreter } from "./tool_interpreter.ts";

/** Maximum size of a script in bytes. */
const MAX_BYTES = 1_048_576;

/** A script that is a tool. */
export interface LoadedInterpreted {
  readonly tool: InterpretedTool;
  readonly schema: ToolSchema;
  /** What it was read from. */
  readonly files: ScriptFiles;
}

/**
 * Reads and loads it.
 *
 * @throws {TypeError} when it is not a path or URL of a script for this
 * interpreter.
 * @throws {CompilationFailed} when it is not UTF-8, or too long.
 * @throws {ExecutionFailed} when it has no schema or no function `execute`.
 */
export async function loadInterpreted(
  source: ModuleSource,
  interpreter: ToolInterpreter,
): Promise<LoadedInterpreted> {
  const { ending } = interpreter;
  const path = source instanceof URL ? source.pathname : source;
  if (typeof path !== "string" || !path.endsWith(ending)) {
    throw new TypeError(
      `Cannot load tool: the scripts of this interpreter end in ${ending}`,
    );
  }
  const name = path.slice(path.search(/[^/\\]*$/));
  const bytes = await readModuleSource(source, { maxBytes: MAX_BYTES });
  const tool = await interpreter.loadTool({ name, source: text(name, bytes) });
  const stem = name.slice(0, -ending.length);
  const schema = await exportedSchema(name, stem, tool.exported);
  const files = { [name]: await sha256Hex(new Uint8Array(bytes)) };
  return { tool, schema, files: Object.freeze(files) };
}

function text(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(
      bytes,
    );
  } catch {
    throw new CompilationFailed(
      `Cannot load script: ${quote(name)} is not UTF-8`,
    );
  }
}
