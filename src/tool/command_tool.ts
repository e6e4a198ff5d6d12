/**
 * A tool that is a WASI program: JSON on standard input and output, and a
 * separate schema.
 */

import { MAX_SCHEMA_BYTES } from "../channel/schema_bytes.ts";
import { CompilationFailed, ExecutionFailed } from "../errors.ts";
import { quote } from "../quote.ts";
import { type ModuleSource, readModuleSource } from "./module_source.ts";
import { parseToolSchema, schemaTooLong } from "./parse_tool_schema.ts";
import { moduleInfo, type SandboxedModule } from "./sandboxed_module.ts";
import type { ToolSchema } from "./tool.ts";

/** The custom section that may hold a program's schema. */
const SCHEMA_SECTION = "tool_schema";

/**
 * Finds a program's schema: the one given, else the custom section
 * `tool_schema`, else the file `NAME.schema.json` beside `NAME.wasm`.
 *
 * @throws {ExecutionFailed} when there is none, or it can't be used.
 */
export async function commandSchema(
  module: SandboxedModule,
  given: object | undefined,
  source: ModuleSource | undefined,
): Promise<ToolSchema> {
  if (given !== undefined) {
    const bytes = new TextEncoder().encode(JSON.stringify(given));
    return await parseToolSchema("The schema option", bytes);
  }
  const section = moduleInfo(module).schema;
  if (section) {
    const name = `Section ${SCHEMA_SECTION}`;
    if (!section.bytes) throw schemaTooLong(name, section.size);
    return await parseToolSchema(name, section.bytes);
  }
  const beside = source === undefined ? undefined : schemaSource(source);
  const bytes = beside && await readIfThere(beside);
  if (bytes) return await parseToolSchema(`File ${beside}`, bytes);
  throw new ExecutionFailed(
    `Module is a program without a schema: give one as option, in a custom section "${SCHEMA_SECTION}", or in NAME.schema.json beside NAME.wasm`,
  );
}

/**
 * `NAME.schema.json` for `NAME.wasm`; undefined for bytes, which have no
 * location.
 */
function schemaSource(source: ModuleSource): string | URL | undefined {
  if (typeof source === "string") return besideOf(source);
  if (!(source instanceof URL)) return undefined;
  const url = new URL(source);
  const path = besideOf(url.pathname);
  if (path === undefined) return undefined;
  url.pathname = path;
  return url;
}

function besideOf(path: string): string | undefined {
  return path.endsWith(".wasm")
    ? `${path.slice(0, -".wasm".length)}.schema.json`
    : undefined;
}

async function readIfThere(
  source: string | URL,
): Promise<Uint8Array | undefined> {
  try {
    return await readModuleSource(source, { maxBytes: MAX_SCHEMA_BYTES });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof CompilationFailed) {
      throw new ExecutionFailed(
        `Tool schema can't be used: file ${
          quote(String(source))
        } has more than ${MAX_SCHEMA_BYTES} bytes, the limit`,
      );
    }
    throw error;
  }
}
