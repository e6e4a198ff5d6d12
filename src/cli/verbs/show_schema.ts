/** The verb `schema`. */

import type { Outcome } from "../outcome.ts";
import { openTool } from "../source.ts";
import type { VerbInput } from "./verb_input.ts";

/** Prints the schema of a tool. */
export async function showSchema(input: VerbInput): Promise<Outcome> {
  await using tool = await openTool(input);
  return { ok: true, value: tool.schema() };
}
