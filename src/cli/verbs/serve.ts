/** The verb `serve`. */

import { dirname } from "@std/path/dirname";
import { join } from "@std/path/join";
import { openCallLog } from "../call_log_file.ts";
import { type Asked, findTools } from "../config_file/tool_entries.ts";
import { type Environment, isRemote } from "../config_file/sandbox_file.ts";
import { LOCK_NAME, readLock } from "../lock/lock_file.ts";
import { wantsNats } from "../nats/nats_flags.ts";
import type { Outcome } from "../outcome.ts";
import { printable, printableLines } from "../printable.ts";
import { ServedTools, ToolRefused } from "../serving/served_tools.ts";
import { watch } from "../serving/watching.ts";
import { UsageError } from "../usage_error.ts";
import { quote } from "../../quote.ts";
import { VERSION } from "../version.ts";
import type { VerbInput } from "./verbs.ts";

/** Serves tools to MCP clients until they are gone or somebody stops it. */
export async function serve(input: VerbInput): Promise<Outcome> {
  const { terminal, signal } = input;
  if (wantsNats(input.flags)) {
    return await (await import("./serve_nats.ts")).serveNats(input);
  }
  if (input.isJson) {
    throw new UsageError("Cannot use --json: serve speaks MCP already");
  }
  // The package that speaks the protocol is for this verb alone.
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
  await using server = serveMcp(tools, {
    name: asked.name,
    version: asked.version ?? VERSION,
    instructions: asked.instructions,
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

/**
 * The tools of the operands and of the configuration.
 *
 * @param environment Where the values of secrets are; without it, the tools of
 * the configuration are granted nothing.
 */
export async function findAsked(
  { operands, config, flags, terminal }: VerbInput,
  environment?: Environment,
): Promise<Asked> {
  const [path] = flags.get("config") ?? [];
  if (operands.length === 0 && path === undefined) {
    throw new UsageError(
      "No tools: name some, or a configuration with --config sandbox.json",
    );
  }
  return await findTools(operands, config, path, terminal, environment);
}

/** Where the lock file is: beside the configuration, unless it is named. */
export function lockPath({ flags }: VerbInput): string {
  const [lock] = flags.get("lock") ?? [];
  const [config] = flags.get("config") ?? [];
  return lock ??
    (config === undefined ? LOCK_NAME : join(dirname(config), LOCK_NAME));
}

/**
 * A tool that is not what was locked is left out; anything else that went
 * wrong is a mistake of whoever asked for it.
 */
export async function leaveOut(
  { terminal }: VerbInput,
  tools: ServedTools,
  errors: readonly Error[],
): Promise<void> {
  const other = errors.find((error) => !(error instanceof ToolRefused));
  if (other) throw other;
  await tell(terminal, errors);
  if (tools.list().length > 0) return;
  throw new UsageError("No tool is left to serve");
}

async function tell(
  terminal: VerbInput["terminal"],
  errors: readonly Error[],
): Promise<void> {
  for (const { message } of errors) {
    await terminal.writeError(`${printableLines(message)}\n`);
  }
}

/** What can't be loaded stays as it was. */
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
    await tell(input.terminal, errors);
    if (!isChanged) return;
    changed();
    await input.terminal.writeError("Tools were loaded anew\n");
  } catch (error) {
    await tell(input.terminal, [error as Error]);
  }
}

/** A peer that causes more of them fills a log. */
const MOST_ERRORS = 100;

/** Tells of errors, up to some. */
export function errorTeller({ terminal }: VerbInput): (error: Error) => void {
  let told = 0;
  return ({ message, cause }) => {
    if (told++ >= MOST_ERRORS) return;
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    const text = `${message}${why}`.slice(0, 500);
    terminal.writeError(`${printable(text)}\n`).catch(() => {});
  };
}

/** Folders: a file that is replaced is another file. */
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
