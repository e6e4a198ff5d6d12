/** Discovers the tools that services on NATS offer. */

import {
  checkKnown,
  checkTime,
  checkWhole,
} from "../../config/option_checks.ts";
import { UnknownTool } from "../../errors.ts";
import { TimeSlice } from "../../pieces/time_slice.ts";
import { quote } from "../../quote.ts";
import { parseToolSchema } from "../../tool/parse_tool_schema.ts";
import type { ToolSchema } from "../../tool/tool.ts";
import { CallerEnd } from "./caller_end.ts";
import { discover, type FoundTool } from "./discovery.ts";
import {
  labelHash,
  lockedSchema,
  type LockedTool,
  type LockedTools,
} from "./label_hash.ts";
import { type NatsLink, wholeOf } from "./nats_link.ts";
import { MOST_TIMEOUT_MS, RemoteTool } from "./remote_tool.ts";
import { DEFAULT_PREFIX, DEFAULT_SERVICE, Subjects } from "./subjects.ts";
import { toldSchemas } from "./told_schemas.ts";

/** Which tools to find, and how to call them. */
export interface RemoteToolsFilter {
  /**
   * The names of the tools, all of which must exist; by default all that are
   * found.
   */
  readonly names?: readonly string[] | undefined;
  /**
   * The entries of tools.lock, by name. Only tools that match exactly are used,
   * and their schemas are taken from here.
   */
  readonly lock?: LockedTools | undefined;
  /**
   * Whether to ask services for their tools; `true` by default. With a lock
   * this is not needed: calling a tool that no service has fails immediately.
   */
  readonly search?: boolean | undefined;
  /** The name of the services; `cortexai-tools` by default. */
  readonly service?: string | undefined;
  /** The prefix of all subjects; `tools` by default. */
  readonly prefix?: string | undefined;
  /** The prefix of response subjects; `_INBOX` by default. */
  readonly inboxPrefix?: string | undefined;
  /**
   * Milliseconds without another response after which discovery ends; 150 by
   * default.
   */
  readonly quietMs?: number | undefined;
  /**
   * The time limit of a call in milliseconds, including network; 30 000 by
   * default.
   */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds after which a silent service is given up; 3 000 by default, at
   * least 1 000. Services send a heartbeat for each call twice a second.
   */
  readonly silenceMs?: number | undefined;
  /**
   * The maximum size of a result including its files, in bytes; 64 MiB by
   * default.
   */
  readonly maxResultBytes?: number | undefined;
  /**
   * Whether arguments are validated before they are sent; `true` by default.
   */
  readonly validateArguments?: boolean | undefined;
  /** Called for tools that are skipped because they differ from the lock. */
  readonly onRefused?: ((why: string) => void) | undefined;
}

const MIB = 1024 * 1024;
/** Maximum number of variants of a tool in a message. */
const MOST_NAMED = 4;
const SERVICE = /^[A-Za-z0-9_-]{1,64}$/;
const INBOX = /^[A-Za-z0-9_-]{1,64}(?:\.[A-Za-z0-9_-]{1,64}){0,3}$/;

/**
 * Discovers the tools that services offer, and returns tools that are called
 * like local ones. If services offer different tools with the same name, the
 * one offered by most is used, unless a lock selects one.
 *
 * ```ts ignore
 * import { connect } from "npm:@nats-io/transport-node";
 * import { remoteTools } from "@cortexai/sandbox/nats";
 *
 * await using connection = await connect({ servers: "127.0.0.1:4222" });
 * const [echo] = await remoteTools(connection, { names: ["echo"] });
 * console.log(await echo!.execute({ text: "hi" }));
 * ```
 *
 * @param link A connection of `@nats-io/transport-node`.
 * @param filter Which tools to find, and how to call them.
 * @throws {UnknownTool} when no service has a tool in `names`, or it differs
 * from the locked one.
 * @throws {PermissionDenied} when this user may not receive responses.
 * @throws {TypeError} for an unknown or invalid option.
 */
export async function remoteTools(
  link: NatsLink,
  filter: RemoteToolsFilter = {},
): Promise<RemoteTool[]> {
  const connection = wholeOf(link);
  const { subjects, discovery, terms } = readFilter(filter);
  const end = CallerEnd.of(connection, discovery.inboxPrefix);
  const make = ({ hash, schema }: Chosen) =>
    new RemoteTool({ end, schema, terms: { ...terms, subjects, hash } });
  if (filter.search === false) {
    await end.measureWay();
    return (await unsearched(filter)).map(make);
  }
  const { tools, instances } = await discover(connection, discovery);
  for (const instance of instances) end.know(instance);
  await end.measureWay();
  const refused: string[] = [];
  const names = filter.names ?? [...new Set(tools.map(({ name }) => name))];
  const kindsOf = Map.groupBy(tools, ({ name }) => name);
  const wanted = names.flatMap((name) => kindsOf.get(name) ?? []);
  const asked = wanted.filter(({ schemaJson }) => schemaJson === undefined);
  const told = await toldSchemas(
    connection,
    discovery,
    filter.lock ? [] : asked,
  );
  const found: RemoteTool[] = [];
  const slice = new TimeSlice();
  for (const name of names.toSorted()) {
    if (slice.isOver) await slice.rest();
    const kinds = kindsOf.get(name) ?? [];
    const chosen = filter.lock
      ? await lockedKind(name, kinds, filter.lock.get(name), refused)
      : await commonKind(kinds, told);
    if (chosen) found.push(make(chosen));
  }
  if (filter.names) checkFound(filter.names, found, refused);
  for (const why of refused) filter.onRefused?.(why);
  return found;
}

/** A selected tool variant and its schema. */
interface Chosen {
  readonly hash: string;
  readonly schema: ToolSchema;
}

/** The lock defines the tool: nothing is taken from services. */
async function lockedKind(
  name: string,
  kinds: readonly FoundTool[],
  locked: LockedTool | undefined,
  refused: string[],
): Promise<Chosen | undefined> {
  if (kinds.length === 0) return undefined;
  const served = hashesOf(kinds);
  if (!locked) {
    refused.push(
      `Refused tool ${
        quote(name)
      }: it was never locked, services have ${served}`,
    );
    return undefined;
  }
  const hash = await labelHash(locked);
  if (!kinds.some((kind) => kind.hash === hash)) {
    refused.push(
      `Refused tool ${
        quote(name)
      }: it is not what was locked, services have ${served}, the lock has ${
        hash.slice(0, 16)
      }`,
    );
    return undefined;
  }
  return { hash, schema: await lockedSchema(name, locked) };
}

/** The tools of a lock, without searching for them. */
async function unsearched(
  { lock, names }: RemoteToolsFilter,
): Promise<Chosen[]> {
  if (!lock) {
    throw new TypeError("Cannot set search to false: it needs a lock");
  }
  return await Promise.all((names ?? [...lock.keys()]).map(async (name) => {
    const locked = lock.get(name);
    if (!locked) {
      throw new UnknownTool(`The lock has no tool named ${quote(name)}`);
    }
    const schema = await lockedSchema(name, locked);
    return { hash: await labelHash(locked), schema };
  }));
}

/** The hashes for a message, limited as there may be many. */
function hashesOf(kinds: readonly FoundTool[]): string {
  const named = kinds.slice(0, MOST_NAMED).map(({ hash }) => hash.slice(0, 16));
  const more = kinds.length - named.length;
  return named.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

async function commonKind(
  kinds: readonly FoundTool[],
  told: ReadonlyMap<FoundTool, Uint8Array>,
): Promise<Chosen | undefined> {
  const byServices = kinds.toSorted((one, other) =>
    other.services - one.services || (one.hash < other.hash ? -1 : 1)
  );
  const slice = new TimeSlice();
  for (const kind of byServices) {
    if (slice.isOver) await slice.rest();
    const { hash, name, schemaJson } = kind;
    const bytes = schemaJson === undefined
      ? told.get(kind)
      : new TextEncoder().encode(schemaJson);
    const schema = bytes && await readSchema(name, bytes);
    if (schema) return { hash, schema };
  }
  return undefined;
}

/** Parses a service's schema; undefined if it is invalid. */
async function readSchema(
  name: string,
  bytes: Uint8Array,
): Promise<ToolSchema | undefined> {
  try {
    const schema = await parseToolSchema("the service", bytes);
    return schema.name === name ? schema : undefined;
  } catch {
    return undefined;
  }
}

function checkFound(
  names: readonly string[],
  found: readonly RemoteTool[],
  refused: readonly string[],
): void {
  const there = new Set(found.map((tool) => tool.schema().name));
  const missing = names.find((name) => !there.has(name));
  if (missing === undefined) return;
  throw new UnknownTool(
    refused[0] ?? `No service has a tool named ${quote(missing)}`,
  );
}

function readFilter(filter: RemoteToolsFilter) {
  checkKnown("options of remote tools", filter, [
    "names",
    "lock",
    "search",
    "service",
    "prefix",
    "inboxPrefix",
    "quietMs",
    "timeout",
    "silenceMs",
    "maxResultBytes",
    "validateArguments",
    "onRefused",
  ]);
  const subjects = new Subjects(filter.prefix ?? DEFAULT_PREFIX);
  const { silenceMs = 3_000, maxResultBytes = 64 * MIB } = filter;
  const discovery = {
    subjects,
    service: named("service", filter.service ?? DEFAULT_SERVICE, SERVICE),
    inboxPrefix: named("inboxPrefix", filter.inboxPrefix ?? "_INBOX", INBOX),
    quietMs: checkTime("quietMs", filter.quietMs ?? 150, 5_000),
  };
  const terms = {
    timeoutMs: checkTime("timeout", filter.timeout ?? 30_000, MOST_TIMEOUT_MS),
    silenceMs: checkWhole("silenceMs", silenceMs, 1_000, MOST_TIMEOUT_MS),
    maxResultBytes: checkWhole("maxResultBytes", maxResultBytes, 1, 2 ** 31),
    validateArguments: filter.validateArguments ?? true,
  };
  return { subjects, discovery, terms };
}

function named(option: string, value: string, pattern: RegExp): string {
  if (pattern.test(value)) return value;
  throw new TypeError(
    `Cannot set ${option}: expected letters, digits, _ and -, got ${
      quote(value)
    }`,
  );
}
