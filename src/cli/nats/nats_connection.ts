/** The connection for `--nats`, and its credentials. */

import {
  connect,
  type ConnectionOptions,
  credsAuthenticator,
  type NatsConnection,
  nkeyAuthenticator,
} from "@nats-io/transport-node";
import { quote } from "../../quote.ts";
import { reading } from "../named_file.ts";
import type { FlagValues } from "../sandbox_flags.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage_error.ts";

const SERVER =
  /^(?:(?:nats|tls):\/\/)?(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;
const CONNECT_MS = 10_000;

/** A connection that closes with its scope. */
export interface OpenConnection extends AsyncDisposable {
  readonly connection: NatsConnection;
}

/**
 * A server that refuses a user resets the socket after the refusal. The NATS
 * client has released the socket by then, so the error has no listener, and
 * would end the process with its own message and exit code.
 */
function passOverReset(event: ErrorEvent): void {
  if (event.error?.code === "ECONNRESET") event.preventDefault();
}

/**
 * Connects according to the flags.
 *
 * @param stays Whether to reconnect indefinitely if the connection is lost.
 * @throws {UsageError} when the flags are invalid, the server can't be reached,
 * or it refuses this user.
 */
export async function connectNats(
  flags: FlagValues,
  terminal: Terminal,
  stays: boolean,
): Promise<OpenConnection> {
  const [url = ""] = flags.get("nats") ?? [];
  const servers = readServers(url);
  const options = {
    servers,
    name: "tool-runner",
    resolve: false,
    timeout: CONNECT_MS,
    ...await credentials(flags, terminal),
    ...await tls(flags, terminal, url.includes("tls://")),
    ...stays ? { maxReconnectAttempts: -1 } : {},
  };
  // Never removed: the reset may come after the connection has ended.
  addEventListener("error", passOverReset);
  try {
    const connection = await connect(options);
    return {
      connection,
      // Not drained: the server may be unreachable, and everything important
      // was sent.
      [Symbol.asyncDispose]: () => connection.close(),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot connect to ${servers.join(", ")}: ${why}`);
  }
}

function readServers(url: string): string[] {
  const servers = url.split(",").map((one) => one.trim());
  const wrong = servers.find((one) => !SERVER.test(one));
  if (wrong === undefined) return servers;
  if (wrong.includes("@")) {
    throw new UsageError(
      "Cannot use --nats with a password in it, which others see: use --nats-user and --nats-password-env",
    );
  }
  throw new UsageError(
    `Cannot use --nats ${
      quote(wrong)
    }: expected nats://HOST:PORT or tls://HOST:PORT`,
  );
}

/** The credentials; at most one kind may be given. */
async function credentials(
  flags: FlagValues,
  terminal: Terminal,
): Promise<ConnectionOptions> {
  const [creds] = flags.get("nats-creds") ?? [];
  const [nkey] = flags.get("nats-nkey") ?? [];
  const [user] = flags.get("nats-user") ?? [];
  const [variable] = flags.get("nats-password-env") ?? [];
  const given = [creds, nkey, user].filter((one) => one !== undefined);
  if (given.length > 1) {
    throw new UsageError(
      "Cannot use more than one of --nats-creds, --nats-nkey and --nats-user",
    );
  }
  if ((user === undefined) !== (variable === undefined)) {
    throw new UsageError(
      "Cannot use one of --nats-user and --nats-password-env without the other",
    );
  }
  if (creds !== undefined) {
    const bytes = await read("--nats-creds", creds, terminal);
    return { authenticator: credsAuthenticator(bytes) };
  }
  if (nkey !== undefined) {
    const seed = new TextDecoder("utf-8", { ignoreBOM: false })
      .decode(await read("--nats-nkey", nkey, terminal)).trim();
    return {
      authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)),
    };
  }
  if (user === undefined || variable === undefined) return {};
  const pass = terminal.variable(variable);
  if (pass) return { user, pass };
  throw new UsageError(
    `Cannot use --nats-password-env ${quote(variable)}: variable is not set`,
  );
}

async function tls(
  flags: FlagValues,
  terminal: Terminal,
  isWanted: boolean,
): Promise<ConnectionOptions> {
  const names = [["nats-ca", "ca"], ["nats-cert", "cert"], [
    "nats-key",
    "key",
  ]] as const;
  const found: Record<string, string> = {};
  for (const [flag, option] of names) {
    const [path] = flags.get(flag) ?? [];
    if (path === undefined) continue;
    const bytes = await read(`--${flag}`, path, terminal);
    found[option] = new TextDecoder("utf-8", { ignoreBOM: false })
      .decode(bytes);
  }
  if (("cert" in found) !== ("key" in found)) {
    throw new UsageError(
      "Cannot use one of --nats-cert and --nats-key without the other",
    );
  }
  const isGiven = isWanted || Object.keys(found).length > 0;
  return isGiven ? { tls: found } : {};
}

function read(
  flag: string,
  path: string,
  terminal: Terminal,
): Promise<Uint8Array> {
  return reading(`${flag} ${quote(path)}`, () => terminal.readFile(path));
}
