/** The verb `serve` with `--nats`. */

import { serveTools } from "../../adapters/nats/mod.ts";
import { SandboxError } from "../../../mod.ts";
import { openCallLog } from "../call_log_file.ts";
import { readLock } from "../lock/lock_file.ts";
import { connectNats } from "../nats/nats_connection.ts";
import { natsNames, refuseBesideNats } from "../nats/nats_flags.ts";
import type { Outcome } from "../outcome.ts";
import { ServedTools } from "../serving/served_tools.ts";
import { UsageError } from "../usage_error.ts";
import { VERSION } from "../version.ts";
import { errorTeller, findAsked, leaveOut, lockPath } from "../asked_tools.ts";
import type { VerbInput } from "./verb_input.ts";

const VERSION_NUMBER = /^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/;

/** Serves tools to callers on NATS until it is stopped, and then drains. */
export async function serveNats(input: VerbInput): Promise<Outcome> {
  const { flags, terminal, signal } = input;
  if (input.isJson) {
    throw new UsageError("Cannot use --json: serve has nothing to tell");
  }
  refuseBesideNats(flags, ["nats-inbox"], "only callers have one");
  refuseBesideNats(flags, ["http", "token-env"], "serve in two processes");
  refuseBesideNats(
    flags,
    ["watch"],
    "start a service of the new tools, then end the old one",
  );
  const asked = await findAsked(input, (name) => terminal.variable(name));
  const labels = await readLock(lockPath(input), terminal);
  const log = await openCallLog(flags, terminal);
  const onError = errorTeller(input);
  await using tools = new ServedTools({
    terminal,
    labels,
    isLabelled: true,
    onEnd: (name, result) => log(name, result).catch(onError),
  });
  const { errors } = await tools.load(asked.tools);
  await leaveOut(input, tools, errors);
  await using open = await connectNats(flags, terminal, true);
  const { prefix } = natsNames(flags);
  await using serving = await serveTools(open.connection, tools, {
    version: VERSION_NUMBER.test(asked.version ?? "") ? asked.version : VERSION,
    lock: tools.labels(),
    onError,
    ...prefix === undefined ? {} : { prefix },
  }).catch((error) => {
    throw refused(error);
  });
  const names = tools.list().map(({ name }) => name).join(", ");
  await terminal.writeError(
    `Serving ${names} on ${open.connection.getServer()} as ${
      serving.instance.slice(0, 8)
    }\n`,
  );
  const stop = () => {
    terminal.writeError(`Draining, open calls: ${serving.openCalls}\n`)
      .catch(() => {});
    serving.close();
  };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  await serving.finished;
  await serving.close();
  return { ok: true, text: "" };
}

/** Converts errors about options and permissions to usage errors. */
function refused(error: unknown): unknown {
  if (error instanceof SandboxError || !(error instanceof TypeError)) {
    return error;
  }
  return new UsageError(error.message);
}
