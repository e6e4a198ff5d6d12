/** A tool that is served: loaded, labelled where that counts, and counted. */

import { inspectModule, SandboxedTool } from "../../../mod.ts";
import type { AnyToolEntry } from "../config_file/tool_entries.ts";
import { parseJsonBytes } from "../json_input.ts";
import { type ToolLabel, toolLabel } from "../lock/tool_label.ts";
import { printable } from "../printable.ts";
import { fromSource } from "../source.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage_error.ts";
import type { SharedSandboxes } from "./shared_sandboxes.ts";

/** A tool that was loaded. */
export interface LoadedTool {
  readonly entry: AnyToolEntry;
  readonly name: string;
  readonly tool: SandboxedTool;
  /** What it is, to the last byte; only where somebody asks. */
  readonly label: ToolLabel | undefined;
}

/**
 * Loads a tool.
 *
 * @param isLabelled Whether its label is needed, which takes another reading.
 */
export async function loadTool(
  entry: AnyToolEntry,
  sandboxes: SharedSandboxes,
  terminal: Terminal,
  isLabelled: boolean,
): Promise<LoadedTool> {
  const { source, options } = entry;
  const inspection = isLabelled
    ? await fromSource(source, () => inspectModule(source))
    : undefined;
  // What was inspected is what is loaded.
  const integrity = entry.integrity ??
    (inspection && `sha256-${inspection.sha256}`);
  const sandbox = sandboxes.take(options);
  try {
    const schema = await readSchema(entry, terminal);
    const module = await fromSource(
      source,
      () => sandbox.loadModule(source, { integrity }),
    );
    const tool = await SandboxedTool.create(sandbox, module, {
      source,
      ...schema === undefined ? {} : { schema },
    });
    const name = entry.name ?? tool.schema().name;
    const label = inspection && toolLabel(entry, tool.schema(), inspection);
    return { entry, name, tool, label };
  } catch (error) {
    await sandboxes.giveBack(options);
    throw located(error, entry);
  }
}

/** The same error, that says which tool of which line it is about. */
function located(error: unknown, { where, written }: AnyToolEntry): unknown {
  if (error instanceof Error) {
    error.message = `Cannot load ${
      printable(written)
    } of ${where}: ${error.message}`;
  }
  return error;
}

async function readSchema(
  { schema }: AnyToolEntry,
  terminal: Terminal,
): Promise<object | undefined> {
  if (schema === undefined) return undefined;
  const value = parseJsonBytes(schema, await terminal.readFile(schema));
  if (typeof value === "object" && value !== null) return value;
  throw new UsageError(`Cannot use schema ${schema}: it is not an object`);
}
