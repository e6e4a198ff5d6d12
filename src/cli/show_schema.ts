/** The verb `schema`. */

import { ToolSandbox } from "../../mod.ts";
import type { Outcome } from "./outcome.ts";
import { openTool } from "./source.ts";
import type { VerbInput } from "./verbs.ts";

/** Says what a tool says about itself. */
export async function showSchema(input: VerbInput): Promise<Outcome> {
  const { operands: [source = ""], config } = input;
  await using sandbox = new ToolSandbox(config);
  const tool = await openTool(sandbox, source);
  return { ok: true, value: tool.schema() };
}
