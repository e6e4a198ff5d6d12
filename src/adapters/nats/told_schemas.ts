/** Requests schemas that were too long to be announced. */

import type { NatsConnection } from "@nats-io/transport-node";
import { MAX_SCHEMA_BYTES } from "../../channel/schema_bytes.ts";
import { type DiscoveryTerms, type FoundTool, hear } from "./discovery.ts";

/** Maximum total size of all schemas requested by one search. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Requests the schemas of all these tools at once, with a single timeout for
 * all.
 *
 * @returns the schemas received in time and within limits.
 */
export async function toldSchemas(
  connection: NatsConnection,
  terms: DiscoveryTerms,
  tools: readonly FoundTool[],
): Promise<ReadonlyMap<FoundTool, Uint8Array>> {
  const told = new Map<FoundTool, Uint8Array>();
  const open = new Set(tools);
  if (open.size === 0) return told;
  let bytes = 0;
  await hear(connection, terms, {
    ask: (inbox) => {
      tools.forEach(({ name, hash }, i) => {
        const subject = terms.subjects.schema(name, hash);
        connection.publish(subject, undefined, { reply: `${inbox}.${i}` });
      });
    },
    take: ({ subject, data }) => {
      const tool = tools[Number(subject.slice(subject.lastIndexOf(".") + 1))];
      // The first response is used: nothing distinguishes them.
      if (!tool || !open.delete(tool)) return true;
      bytes += data.length;
      const isTaken = data.length > 0 && data.length <= MAX_SCHEMA_BYTES &&
        bytes <= MOST_BYTES;
      // A message is a view of a buffer that it shares with others.
      if (isTaken) told.set(tool, data.slice());
      return open.size > 0;
    },
  });
  return told;
}
