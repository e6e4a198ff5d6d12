/** The verb `call`. */

import { parseJson, parseJsonBytes } from "../json_input.ts";
import { openCallLog } from "../call_log_file.ts";
import { changePlan } from "../change_flags.ts";
import { type Outcome, settledOutcome } from "../outcome.ts";
import { settleChanges } from "../settle_changes.ts";
import { openTool } from "../source.ts";
import type { VerbInput } from "./verbs.ts";

const STANDARD_INPUT = "-";

/** Calls a tool once. */
export async function callTool(input: VerbInput): Promise<Outcome> {
  const { operands: [, text = ""], signal, terminal } = input;
  const args = text === STANDARD_INPUT
    ? parseJsonBytes("standard input", await terminal.readInput())
    : parseJson("the arguments", text);
  const plan = changePlan(input.flags, input.config);
  const log = await openCallLog(input.flags, terminal);
  await using tool = await openTool(input);
  const result = await tool.call(args, { signal });
  await log(tool.schema().name, result);
  const { ok, changes } = result;
  const settled = await settleChanges(
    changes,
    plan,
    ok,
    terminal,
    input.isJson,
  );
  return settledOutcome(result, settled);
}
