/** The verb `call`. */

import { type JsonValue, ToolSandbox } from "../../mod.ts";
import type { Outcome } from "./outcome.ts";
import { openTool } from "./source.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";
import type { VerbInput } from "./verbs.ts";

const STANDARD_INPUT = "-";

/** Calls a tool once. */
export async function callTool(input: VerbInput): Promise<Outcome> {
  const { operands: [source = "", text = ""], config, signal } = input;
  const args = text === STANDARD_INPUT
    ? parseArguments("standard input", await readText(input.terminal))
    : parseArguments("the arguments", text);
  await using sandbox = new ToolSandbox(config);
  const tool = await openTool(sandbox, source);
  return await tool.call(args, { signal });
}

async function readText(terminal: Terminal): Promise<string> {
  const bytes = await terminal.readInput();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError("Cannot read standard input: it is not UTF-8");
  }
}

function parseArguments(where: string, text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot read ${where} as JSON: ${why}`);
  }
}
