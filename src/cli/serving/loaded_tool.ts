/** A served tool: loaded, and labelled if needed. */

import {
  inspectModule,
  SandboxedTool,
  type ToolSandbox,
} from "../../../mod.ts";
import type { AnyToolEntry } from "../config_file/tool_entries.ts";
import { parseJsonBytes } from "../json_input.ts";
import {
  type ToolContent,
  type ToolLabel,
  toolLabel,
} from "../lock/tool_label.ts";
import { printable } from "../printable.ts";
import { isScriptName } from "../script_name.ts";
import { fromSource } from "../source.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage_error.ts";
import type { SharedSandboxes } from "./shared_sandboxes.ts";

/** A loaded tool. */
export interface LoadedTool {
  readonly entry: AnyToolEntry;
  readonly name: string;
  readonly tool: SandboxedTool;
  /** Its exact label; only if requested. */
  readonly label: ToolLabel | undefined;
}

/**
 * Loads a tool.
 *
 * @param isLabelled Whether its label is needed, for which a module is read
 * again.
 */
export async function loadTool(
  entry: AnyToolEntry,
  sandboxes: SharedSandboxes,
  terminal: Terminal,
  isLabelled: boolean,
): Promise<LoadedTool> {
  const { options } = entry;
  const load = isScriptName(entry.source) ? loadScript : loadModule;
  const sandbox = sandboxes.take(options);
  try {
    const schema = await readSchema(entry, terminal);
    const { tool, content } = await load(entry, sandbox, schema, isLabelled);
    const name = entry.name ?? tool.schema().name;
    const label = content && toolLabel(entry, tool.schema(), content);
    return { entry, name, tool, label };
  } catch (error) {
    await sandboxes.giveBack(options);
    throw located(error, entry);
  }
}

/** A tool, and its content if requested. */
interface Made {
  readonly tool: SandboxedTool;
  readonly content: ToolContent | undefined;
}

type Load = (
  entry: AnyToolEntry,
  sandbox: ToolSandbox,
  schema: object | undefined,
  isLabelled: boolean,
) => Promise<Made>;

const loadModule: Load = async (entry, sandbox, schema, isLabelled) => {
  const { source } = entry;
  const content = isLabelled
    ? await fromSource(source, () => inspectModule(source))
    : undefined;
  // Ensures that the inspected bytes are the loaded ones.
  const integrity = entry.integrity ?? (content && `sha256-${content.sha256}`);
  const module = await fromSource(
    source,
    () => sandbox.loadModule(source, { integrity }),
  );
  const tool = await SandboxedTool.create(sandbox, module, {
    source,
    ...schema === undefined ? {} : { schema },
  });
  return { tool, content };
};

/** A script reports its files when it is loaded. */
const loadScript: Load = async (entry, sandbox, schema, isLabelled) => {
  const { source, integrity } = entry;
  if (integrity !== undefined) {
    throw new UsageError(
      "integrity is for modules, the files of a script are in tools.lock",
    );
  }
  const tool = await fromSource(
    source,
    () =>
      SandboxedTool.create(
        sandbox,
        source,
        schema === undefined ? {} : { schema },
      ),
  );
  const { files } = tool;
  return { tool, content: isLabelled ? { files } : undefined };
};

/** The same error, with the tool and the line that it refers to. */
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
