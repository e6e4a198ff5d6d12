/**
 * Loads a script tool: reads it and its imports, and takes a snapshot of an
 * interpreter that has loaded it, from which every call starts.
 */

import { CompilationFailed } from "../../errors.ts";
import { interpreterStream } from "../../interpreters/javascript/interpreter_bytes.ts";
import { valueOf } from "../call_result.ts";
import {
  loadRequest,
  SCRIPT_LOAD,
  type ScriptSources,
} from "../calls/script_call.ts";
import type { SandboxedModule } from "../sandboxed_module.ts";
import type { JsonValue, ToolSchema } from "../tool.ts";
import { callModule, type ToolSandbox } from "../tool_sandbox.ts";
import { exportedSchema } from "./exported_schema.ts";
import {
  type ScriptFiles,
  ScriptFolder,
  type ScriptSource,
} from "./script_source.ts";

const MAX_FILES = 256;
const MAX_SCRIPT_LENGTH = 4 * 1_048_576;
/** Maximum depth of nested imports; each level takes one call. */
const MAX_LEVELS = 64;

/** A loaded script tool. */
export interface LoadedScript {
  /** The interpreter, which has loaded the script. */
  readonly module: SandboxedModule;
  readonly schema: ToolSchema;
  /** What it was read from. */
  readonly files: ScriptFiles;
}

/**
 * Loads a script into a sandbox.
 *
 * @throws {ScriptFailed} when it throws, or is not valid JavaScript.
 * @throws {ExecutionFailed} when it does not export a schema and a function
 * `execute`.
 * @throws {CompilationFailed} when it imports a file outside of its folder.
 */
export async function loadScript(
  sandbox: ToolSandbox,
  source: ScriptSource,
): Promise<LoadedScript> {
  const interpreter = await sandbox.loadModule(interpreterStream());
  const folder = new ScriptFolder(source);
  const sources: Record<string, string> = Object.create(null);
  sources[folder.entry] = await folder.read(folder.entry);
  const script = { entry: folder.entry, sources };
  const exported = await gather(sandbox, interpreter, script, folder);
  const schema = await schemaOf(folder.entry.slice(1), exported);
  const init = [{ tool: loadRequest(script) }];
  const module = await sandbox.snapshot(interpreter, { init });
  return { module, schema, files: folder.files };
}

/** Reads the script's imports until none is missing and it has run. */
async function gather(
  sandbox: ToolSandbox,
  interpreter: SandboxedModule,
  script: { readonly entry: string; readonly sources: Record<string, string> },
  folder: ScriptFolder,
): Promise<JsonValue | undefined> {
  for (let level = 0; level < MAX_LEVELS; level++) {
    const { value, missing } = await load(sandbox, interpreter, script);
    if (missing.length === 0) return value;
    for (const path of missing) {
      script.sources[path] ??= await folder.read(path);
      checkSize(script);
    }
  }
  throw new CompilationFailed(
    `Cannot load script: imports are nested deeper than ${MAX_LEVELS} levels`,
  );
}

async function load(
  sandbox: ToolSandbox,
  interpreter: SandboxedModule,
  script: ScriptSources,
) {
  return valueOf(
    await callModule(sandbox, interpreter, SCRIPT_LOAD, script, {}),
  );
}

function checkSize({ sources }: ScriptSources): void {
  const files = Object.values(sources);
  const length = files.reduce((sum, one) => sum + one.length, 0);
  if (files.length <= MAX_FILES && length <= MAX_SCRIPT_LENGTH) return;
  throw new CompilationFailed(
    `Cannot load script: it has ${files.length} files of ${length} characters, limits are ${MAX_FILES} and ${MAX_SCRIPT_LENGTH}`,
  );
}

/** A script's functions arrive as their `typeof` string. */
async function schemaOf(
  file: string,
  exported: JsonValue | undefined,
): Promise<ToolSchema> {
  const { execute, ...rest } = (exported ?? {}) as Record<string, JsonValue>;
  return await exportedSchema(file, file.replace(/\.m?[jt]s$/, ""), {
    ...rest,
    execute: execute === "function",
  });
}
