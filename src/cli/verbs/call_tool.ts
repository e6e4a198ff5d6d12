/** The verb `call`. */

import { readArguments } from "../call_arguments.ts";
import { openCallLog } from "../call_log_file.ts";
import { changePlan } from "../change_flags.ts";
import { wantsNats } from "../nats/nats_flags.ts";
import { type Outcome, settledOutcome } from "../outcome.ts";
import { settleChanges } from "../settle_changes.ts";
import { openTool } from "../source.ts";
import { UsageError } from "../usage_error.ts";
import type { VerbInput } from "./verb_input.ts";

/** Calls a tool once. */
export async function callTool(input: VerbInput): Promise<Outcome> {
  if (wantsNats(input.flags)) {
    return await (await import("./call_nats.ts")).callNats(input);
  }
  refuseLock(input);
  const { signal, terminal } = input;
  const args = await readArguments(input);
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

/** Refuses `--lock` for a tool given as a file. */
function refuseLock({ flags }: VerbInput): void {
  if (!flags.get("lock")?.length) return;
  throw new UsageError("Cannot use --lock without --nats");
}
