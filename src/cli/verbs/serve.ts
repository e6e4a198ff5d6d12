/** The verb `serve`. */

import type { SandboxOptions } from "../../../mod.ts";
import { dirname } from "@std/path/dirname";
import { openCallLog } from "../call_log_file.ts";
import {
  errorTeller,
  findAsked,
  leaveOut,
  lockPath,
  tellErrors,
} from "../asked_tools.ts";
import type { Asked } from "../config_file/tool_entries.ts";
import { isRemote } from "../config_file/sandbox_file.ts";
import { readLock } from "../lock/lock_file.ts";
import { wantsNats } from "../nats/nats_flags.ts";
import type { Outcome } from "../outcome.ts";
import { ServedTools } from "../serving/served_tools.ts";
import { watch } from "../serving/watching.ts";
import { UsageError } from "../usage_error.ts";
import { quote } from "../../quote.ts";
import { VERSION } from "../version.ts";
import type { VerbInput } from "./verb_input.ts";

/** Serves tools to MCP clients until they disconnect or it is stopped. */
export async function serve(input: VerbInput): Promise<Outcome> {
  const { terminal, signal } = input;
  if (wantsNats(input.flags)) {
    return await (await import("./serve_nats.ts")).serveNats(input);
  }
  if (input.isJson) {
    throw new UsageError("Cannot use --json: serve speaks MCP already");
  }
  // Only this verb needs the MCP package.
  const adapter = import("../../adapters/mcp/mod.ts");
  adapter.catch(() => {});
  const variable = (name: string) => terminal.variable(name);
  const asked = await findAsked(input, variable);
  const labels = await readLock(lockPath(input), terminal);
  const isWatched = input.flags.get("watch")?.length === 1;
  const log = await openCallLog(input.flags, terminal);
  const onError = errorTeller(input);
  await using tools = new ServedTools({
    terminal,
    labels,
    isLabelled: isWatched || labels !== undefined,
    onEnd: (name, result) => log(name, result).catch(onError),
  });
  const { errors } = await tools.load(asked.tools);
  await leaveOut(input, tools, errors);
  const { serveMcp } = await adapter;
  await using code = asked.code
    ? await codeTools(tools, asked.code)
    : undefined;
  await using server = serveMcp(code ?? tools, {
    name: asked.name,
    version: asked.version ?? VERSION,
    instructions: asked.instructions,
    changes: (name) => tools.changePolicy(name),
    onError,
    ...listening(input),
  });
  if (server.url !== undefined) {
    await terminal.writeError(`Listening on ${server.url}\n`);
  }
  const stopped = new AbortController();
  const watching = isWatched
    ? watch(watchedPaths(input, asked), terminal, stopped.signal, async () => {
      await reload(input, tools, () => server.toolsChanged());
    })
    : undefined;
  const stop = () => server.close();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) await stop();
  await server.finished;
  stopped.abort();
  await watching;
  return { ok: true, text: "" };
}

/** The interpreter is loaded only if requested. */
async function codeTools(tools: ServedTools, config: SandboxOptions) {
  const { CodeTools } = await import("../serving/code_tools.ts");
  const policy = (name: string) => tools.changePolicy(name);
  return new CodeTools(tools, { config, policy });
}

/** A tool that can't be loaded keeps its current version. */
async function reload(
  input: VerbInput,
  tools: ServedTools,
  changed: () => void,
): Promise<void> {
  try {
    const { tools: entries } = await findAsked(
      input,
      (name) => input.terminal.variable(name),
    );
    const { isChanged, errors } = await tools.load(entries);
    await tellErrors(input.terminal, errors);
    if (!isChanged) return;
    changed();
    await input.terminal.writeError("Tools were reloaded\n");
  } catch (error) {
    await tellErrors(input.terminal, [error as Error]);
  }
}

/** Watches folders, as a replaced file is a different inode. */
function watchedPaths({ operands, flags }: VerbInput, asked: Asked): string[] {
  const files = [
    ...operands,
    ...flags.get("config") ?? [],
    ...asked.tools.map(({ source }) => source),
    ...asked.tools.flatMap(({ schema }) => schema ?? []),
  ].filter((source) => !isRemote(source));
  return [...new Set(files.map((file) => dirname(file)))];
}

function listening({ flags, terminal }: VerbInput) {
  const [address] = flags.get("http") ?? [];
  const [variable] = flags.get("token-env") ?? [];
  if (address === undefined) {
    if (variable === undefined) return {};
    throw new UsageError("Cannot use --token-env without --http");
  }
  const token = variable === undefined
    ? undefined
    : terminal.variable(variable);
  if (variable !== undefined && !token) {
    throw new UsageError(
      `Cannot use --token-env ${quote(variable)}: variable is not set`,
    );
  }
  return {
    http: {
      ...parseAddress(address),
      token,
      allowedHosts: flags.get("allow-host"),
      allowedOrigins: flags.get("allow-origin"),
    },
  };
}

function parseAddress(text: string): { hostname: string; port: number } {
  const [, hostname, port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new UsageError(
      `Cannot use --http ${
        quote(text)
      }: expected ADDRESS:PORT such as 127.0.0.1:8808`,
    );
  }
  const bare = (hostname ?? "127.0.0.1").replace(/^\[(.*)\]$/, "$1");
  return { hostname: bare, port: Number(port) };
}
