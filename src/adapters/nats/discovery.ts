/** Who serves what: the answers of all services, none of which is believed. */

import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { PermissionDenied } from "../../errors.ts";
import { parseJson } from "../../pieces/parse_json.ts";
import { MAX_SCHEMA_BYTES } from "../../channel/schema_bytes.ts";
import { parseToolSchema } from "../../tool/parse_tool_schema.ts";
import type { ToolSchema } from "../../tool/tool.ts";
import { randomToken, type Subjects } from "./subjects.ts";
import { isObject, type Untrusted } from "./untrusted.ts";

/** A tool that at least one service has. */
export interface FoundTool {
  readonly name: string;
  readonly hash: string;
  /** How many services have it. */
  readonly services: number;
  /** What the first of them says of it; undefined where it is to be asked. */
  readonly schemaJson: string | undefined;
}

/** What was found. */
export interface Discovery {
  readonly tools: readonly FoundTool[];
  /** The services that answered. */
  readonly instances: readonly string[];
}

/** How to look. */
export interface DiscoveryTerms {
  readonly subjects: Subjects;
  readonly service: string;
  readonly inboxPrefix: string;
  /** How long nobody more has to answer for all to have answered. */
  readonly quietMs: number;
}

/** Longer than that nobody waits. */
const MOST_WAIT_MS = 5_000;
const MOST_ANSWERS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_ENDPOINTS = 2_000;
/** Kinds of tools that are told apart. */
const MOST_FOUND = 10_000;
const MOST_VALUES = 50_000;
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const HASH = /^[0-9a-f]{64}$/;
const INSTANCE = /^[0-9a-f]{32}$/;

/**
 * Asks all services what they have.
 *
 * @throws {PermissionDenied} when the server does not let this user hear them.
 */
export async function discover(
  connection: NatsConnection,
  terms: DiscoveryTerms,
): Promise<Discovery> {
  const found = new Map<string, FoundTool>();
  const instances = new Set<string>();
  const asked = `$SRV.INFO.${terms.service}`;
  for (const { data } of await answers(connection, terms, asked)) {
    const info = await readInfo(data);
    if (!info || instances.has(info.instance)) continue;
    instances.add(info.instance);
    const own = new Set<string>();
    for (const { name, hash, schemaJson } of info.endpoints) {
      const key = `${name} ${hash}`;
      if (own.has(key)) continue;
      own.add(key);
      const before = found.get(key);
      if (!before && found.size >= MOST_FOUND) continue;
      found.set(key, {
        name,
        hash,
        services: (before?.services ?? 0) + 1,
        schemaJson: before?.schemaJson ?? schemaJson,
      });
    }
  }
  return { tools: [...found.values()], instances: [...instances] };
}

/**
 * What a tool says of itself, as some service tells it; undefined when none
 * does, or not in a way that can be used.
 */
export async function findSchema(
  connection: NatsConnection,
  terms: DiscoveryTerms,
  { name, hash, schemaJson }: FoundTool,
): Promise<ToolSchema | undefined> {
  const bytes = schemaJson === undefined
    ? (await answers(connection, terms, terms.subjects.schema(name, hash), 1))
      .at(0)?.data
    : new TextEncoder().encode(schemaJson);
  if (!bytes || bytes.length > MAX_SCHEMA_BYTES) return undefined;
  try {
    const schema = await parseToolSchema("the service", bytes);
    return schema.name === name ? schema : undefined;
  } catch {
    return undefined;
  }
}

interface Info {
  readonly instance: string;
  readonly endpoints: readonly {
    readonly name: string;
    readonly hash: string;
    readonly schemaJson: string | undefined;
  }[];
}

async function readInfo(data: Uint8Array): Promise<Info | undefined> {
  let told: unknown;
  try {
    told = await parseJson(data, MOST_VALUES);
  } catch {
    return undefined;
  }
  if (!isObject(told) || !isObject(told.metadata)) return undefined;
  const { instance, protocol } = told.metadata;
  if (typeof instance !== "string" || !INSTANCE.test(instance)) return;
  if (protocol !== "1" || !Array.isArray(told.endpoints)) return undefined;
  const endpoints = told.endpoints.slice(0, MOST_ENDPOINTS)
    .filter(isObject)
    .map(({ metadata }) => isObject(metadata) ? readEndpoint(metadata) : [])
    .flat();
  return { instance, endpoints };
}

function readEndpoint(
  { name, hash, schema }: Untrusted,
): Info["endpoints"][number][] {
  if (typeof name !== "string" || !NAME.test(name)) return [];
  if (typeof hash !== "string" || !HASH.test(hash)) return [];
  const schemaJson = typeof schema === "string" ? schema : undefined;
  return [{ name, hash, schemaJson }];
}

/** The answers to a question, until nobody answers any more. */
async function answers(
  connection: NatsConnection,
  { inboxPrefix, quietMs }: DiscoveryTerms,
  subject: string,
  most: number = MOST_ANSWERS,
): Promise<Msg[]> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const got: Msg[] = [];
  let bytes = 0;
  let quiet: ReturnType<typeof setTimeout> | undefined;
  const inbox = `${inboxPrefix}.${randomToken()}`;
  const subscription = connection.subscribe(inbox, {
    callback: (error, message) => {
      if (error) return reject(refusedInbox(inboxPrefix));
      if (message.data.length === 0) return resolve();
      bytes += message.data.length;
      if (got.length < most && bytes <= MOST_BYTES) got.push(message);
      else resolve();
      if (got.length === most) resolve();
      clearTimeout(quiet);
      quiet = setTimeout(resolve, quietMs);
    },
  });
  const longest = setTimeout(resolve, MOST_WAIT_MS);
  try {
    connection.publish(subject, new Uint8Array(), { reply: inbox });
    await promise;
    return got;
  } finally {
    clearTimeout(longest);
    clearTimeout(quiet);
    subscription.unsubscribe();
  }
}

function refusedInbox(inboxPrefix: string): PermissionDenied {
  return new PermissionDenied(
    `Cannot call tools: the server does not let this user subscribe to ${inboxPrefix}.>`,
  );
}
