/** Loads what the command line names, with usage errors for failures. */

import { SandboxedTool, SandboxError } from "../../mod.ts";
import { parseJsonBytes } from "./json_input.ts";
import { reading } from "./named_file.ts";
import { withProgress } from "./progress_line.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";
import { quote } from "../quote.ts";
import type { VerbInput } from "./verbs/verb_input.ts";

/** Loads the tool that the first operand names, with its schema. */
export async function openTool(
  { operands: [source = ""], config, flags, terminal }: VerbInput,
): Promise<SandboxedTool> {
  const [file] = flags.get("schema") ?? [];
  const [unchecked] = flags.get("unchecked") ?? [];
  if (unchecked !== undefined && unchecked !== "true") {
    throw new UsageError("Cannot use --unchecked with a value: it takes none");
  }
  const options = {
    validateArguments: unchecked === undefined,
    ...file !== undefined && { schema: await readSchema(file, terminal) },
  };
  return await fromSource(
    source,
    () =>
      withProgress(
        terminal,
        (onProgress) =>
          SandboxedTool.load(source, config, { ...options, onProgress }),
      ),
  );
}

/** The schema in a file; its members are checked when the tool is created. */
async function readSchema(file: string, terminal: Terminal): Promise<object> {
  const where = `schema ${quote(file)}`;
  const schema = parseJsonBytes(
    where,
    await reading(where, () => terminal.readFile(file)),
  );
  if (typeof schema === "object" && schema !== null) return schema;
  throw new UsageError(`Cannot use ${where}: it is not an object`);
}

/**
 * Runs an operation that reads `source`.
 *
 * @throws {UsageError} when the file does not exist or can't be read.
 */
export async function fromSource<T>(
  source: string,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SandboxError || !isSourceError(error, source)) {
      throw error;
    }
    throw new UsageError(
      `Cannot read module ${quote(source)}: ${(error as Error).message}`,
    );
  }
}

/** System errors have a code; download errors mention the URL. */
function isSourceError(error: unknown, source: string): boolean {
  return error instanceof Error &&
    ("code" in error || /^(https?|file):\/\//i.test(source));
}

/** Programs are told their name, but not their path. */
export function programName(source: string): string {
  return source.split(/[\\/]/).at(-1) || source;
}
