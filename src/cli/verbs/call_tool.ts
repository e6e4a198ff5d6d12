/** The verb `call`. */

import { parseJson, parseJsonBytes } from "../json_input.ts";
import type { Outcome } from "../outcome.ts";
import { openTool } from "../source.ts";
import type { VerbInput } from "./verbs.ts";

const STANDARD_INPUT = "-";

/** Calls a tool once. */
export async function callTool(input: VerbInput): Promise<Outcome> {
  const { operands: [, text = ""], signal, terminal } = input;
  const args = text === STANDARD_INPUT
    ? parseJsonBytes("standard input", await terminal.readInput())
    : parseJson("the arguments", text);
  await using tool = await openTool(input);
  return await tool.call(args, { signal });
}
