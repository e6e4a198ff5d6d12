/** The verb `call` with `--nats`. */

import { remoteTools } from "../../adapters/nats/mod.ts";
import { openCallLog } from "../call_log_file.ts";
import { LOCK_NAME, readLock } from "../lock/lock_file.ts";
import { connectNats } from "../nats/nats_connection.ts";
import { natsNames, refuseBesideNats } from "../nats/nats_flags.ts";
import type { Outcome } from "../outcome.ts";
import { OVERLAY_FLAGS, SANDBOX_FLAGS } from "../sandbox_flags.ts";
import { UsageError } from "../usage_error.ts";
import { readArguments } from "../call_arguments.ts";
import type { VerbInput } from "./verb_input.ts";

/** Flags that apply only where the tool is served. */
const NOT_HERE = [
  ...SANDBOX_FLAGS.filter((name) => name !== "max-time"),
  ...OVERLAY_FLAGS,
  "diff",
  "commit",
  "drop",
  "schema",
];

/** Calls a remote tool once. */
export async function callNats(input: VerbInput): Promise<Outcome> {
  const { operands: [name = ""], flags, terminal, config, signal } = input;
  refuseBesideNats(flags, NOT_HERE, "whoever serves the tool says that");
  const args = await readArguments(input);
  const [path] = flags.get("lock") ?? [];
  const lock = await readLock(path ?? LOCK_NAME, terminal);
  if (path !== undefined && !lock) {
    throw new UsageError(`Cannot read ${path}: there is no such file`);
  }
  const log = await openCallLog(flags, terminal);
  await using open = await connectNats(flags, terminal, false);
  const [tool] = await remoteTools(open.connection, {
    names: [name],
    timeout: config.maxExecutionTime,
    validateArguments: !flags.get("unchecked")?.length,
    ...lock === undefined ? {} : { lock },
    ...natsNames(flags),
  });
  const result = await tool!.call(args, { signal });
  await log(name, result);
  return result;
}
