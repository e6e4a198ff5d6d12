/** Who serves what: the answers of all services, none of which is believed. */

import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { PermissionDenied } from "../../errors.ts";
import { parseJson } from "../../pieces/parse_json.ts";
import { TimeSlice } from "../../pieces/time_slice.ts";
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
  const slice = new TimeSlice();
  for (const data of await answers(connection, terms)) {
    if (slice.isOver) await slice.rest();
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

/** The answers of services, until nobody answers any more. */
async function answers(
  connection: NatsConnection,
  terms: DiscoveryTerms,
): Promise<Uint8Array[]> {
  const got: Uint8Array[] = [];
  let bytes = 0;
  await hear(connection, terms, {
    ask: (inbox) => {
      connection.publish(`$SRV.INFO.${terms.service}`, undefined, {
        reply: `${inbox}.all`,
      });
    },
    take: ({ data }, later) => {
      bytes += data.length;
      if (data.length === 0 || bytes > MOST_BYTES) return false;
      got.push(data);
      later(terms.quietMs);
      return got.length < MOST_ANSWERS;
    },
  });
  return got;
}

/** A question to services. */
export interface Question {
  /** Asks it; answers are to come to subjects right below the inbox. */
  readonly ask: (inbox: string) => void;
  /**
   * Takes an answer; false when no more is waited for. `later` ends the wait
   * after so many milliseconds without another one.
   */
  readonly take: (message: Msg, later: (ms: number) => void) => boolean;
}

/** Asks, and takes answers until there are enough, or it takes too long. */
export async function hear(
  connection: NatsConnection,
  { inboxPrefix }: DiscoveryTerms,
  { ask, take }: Question,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let quiet: ReturnType<typeof setTimeout> | undefined;
  const later = (ms: number) => {
    clearTimeout(quiet);
    quiet = setTimeout(resolve, ms);
  };
  const inbox = `${inboxPrefix}.${randomToken()}`;
  const subscription = connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error) reject(refusedInbox(inboxPrefix));
      else if (!take(message, later)) resolve();
    },
  });
  const longest = setTimeout(resolve, MOST_WAIT_MS);
  try {
    ask(inbox);
    await promise;
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
