/** Modules named on the command line: reading them may fail for the user. */

import { SandboxedTool, SandboxError, type ToolSandbox } from "../../mod.ts";
import { quote, UsageError } from "./usage_error.ts";

/** Loads a tool. */
export async function openTool(
  sandbox: ToolSandbox,
  source: string,
): Promise<SandboxedTool> {
  const module = await fromSource(source, () => sandbox.loadModule(source));
  return await SandboxedTool.create(sandbox, module);
}

/**
 * Does something that reads `source`.
 *
 * @throws {UsageError} when there is no such file, or it can't be read.
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

/** Errors of the system carry its code; those of a download come with a URL. */
function isSourceError(error: unknown, source: string): boolean {
  return error instanceof Error &&
    ("code" in error || /^(https?|file):\/\//i.test(source));
}
