/** Finds the tools that services on NATS have. */

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

/** Which tools are wanted, and how they are called. */
export interface RemoteToolsFilter {
  /** The tools; all that are found by default. Each of them has to be there. */
  readonly names?: readonly string[] | undefined;
  /**
   * The entries of tools.lock, by name. Only tools that are the same to the
   * last byte are used, and what they say of themselves is taken from here.
   */
  readonly lock?: LockedTools | undefined;
  /**
   * Whether services are asked what they have; `true` by default. With a lock
   * they need not be: a call of a tool that nobody has fails at once.
   */
  readonly search?: boolean | undefined;
  /** What the services call themselves; `cortexai-tools` by default. */
  readonly service?: string | undefined;
  /** How all subjects begin; `tools` by default. */
  readonly prefix?: string | undefined;
  /** How the subjects of answers begin; `_INBOX` by default. */
  readonly inboxPrefix?: string | undefined;
  /** Milliseconds without another answer that end the search; 150 by default. */
  readonly quietMs?: number | undefined;
  /** The most milliseconds of a call, with the way; 30 000 by default. */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds after which a service that is not heard of is given up; 3 000
   * by default, at least 1 000. A service tells of a call twice a second.
   */
  readonly silenceMs?: number | undefined;
  /** The most bytes of a result with its files; 64 MiB by default. */
  readonly maxResultBytes?: number | undefined;
  /** Whether arguments must fit before they are sent; `true` by default. */
  readonly validateArguments?: boolean | undefined;
  /** Told of tools that are left out because they differ from the lock. */
  readonly onRefused?: ((why: string) => void) | undefined;
}

const MIB = 1024 * 1024;
/** Kinds of a tool that a message names. */
const MOST_NAMED = 4;
const SERVICE = /^[A-Za-z0-9_-]{1,64}$/;
const INBOX = /^[A-Za-z0-9_-]{1,64}(?:\.[A-Za-z0-9_-]{1,64}){0,3}$/;

/**
 * Finds the tools that services have, and makes tools of them that are called
 * like those of this process. Where services have several tools of one name,
 * the one that most of them have is taken, unless a lock says which.
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
 * @param filter Which tools, and how they are called.
 * @throws {UnknownTool} when no service has a tool of `names`, or it is not the
 * one that is locked.
 * @throws {PermissionDenied} when the server does not let this user hear answers.
 * @throws {TypeError} for an option that does not exist or can't be used.
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

/** A kind of tool, and what to believe of it. */
interface Chosen {
  readonly hash: string;
  readonly schema: ToolSchema;
}

/** What is locked says what the tool is: nothing of it is taken from outside. */
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

/** The tools of a lock, whoever may have them. */
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

/** Services may have very many. */
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

/** What a service says of a tool; undefined when that can't be used. */
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
