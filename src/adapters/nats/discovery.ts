/** Discovers tools from the responses of all services, which are untrusted. */

import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { PermissionDenied } from "../../errors.ts";
import { parseJson } from "../../pieces/parse_json.ts";
import { TimeSlice } from "../../pieces/time_slice.ts";
import { randomToken, type Subjects } from "./subjects.ts";
import { isObject, type Untrusted } from "./untrusted.ts";

/** A tool offered by at least one service. */
export interface FoundTool {
  readonly name: string;
  readonly hash: string;
  /** The number of services that offer it. */
  readonly services: number;
  /** The schema from the first of them; undefined if it must be requested. */
  readonly schemaJson: string | undefined;
}

/** The result of discovery. */
export interface Discovery {
  readonly tools: readonly FoundTool[];
  /** The services that responded. */
  readonly instances: readonly string[];
}

/** Options of discovery. */
export interface DiscoveryTerms {
  readonly subjects: Subjects;
  readonly service: string;
  readonly inboxPrefix: string;
  /** Milliseconds without a response after which discovery ends. */
  readonly quietMs: number;
}

/** Maximum duration of discovery. */
const MOST_WAIT_MS = 5_000;
const MOST_ANSWERS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_ENDPOINTS = 2_000;
/** Maximum number of distinct tools. */
const MOST_FOUND = 10_000;
const MOST_VALUES = 50_000;
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const HASH = /^[0-9a-f]{64}$/;
const INSTANCE = /^[0-9a-f]{32}$/;

/**
 * Asks all services for their tools.
 *
 * @throws {PermissionDenied} when this user may not receive the responses.
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

/** Collects responses until no more arrive. */
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

/** A request to services. */
export interface Question {
  /**
   * Sends the request; responses must go to subjects directly below the inbox.
   */
  readonly ask: (inbox: string) => void;
  /**
   * Handles a response; false to stop waiting. `later` ends the wait after that
   * many milliseconds without another response.
   */
  readonly take: (message: Msg, later: (ms: number) => void) => boolean;
}

/**
 * Sends the request, and handles responses until there are enough or time is
 * up.
 */
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
