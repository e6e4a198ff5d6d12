/** What services say of tools whose schemas were too long to be listed. */

import type { NatsConnection } from "@nats-io/transport-node";
import { MAX_SCHEMA_BYTES } from "../../channel/schema_bytes.ts";
import { type DiscoveryTerms, type FoundTool, hear } from "./discovery.ts";

/** Of all schemas that one search asks for. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Asks for the schemas of all these tools at once. However many of them nobody
 * tells of, they are waited for once.
 *
 * @returns what was told in time, and within limits.
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
      // The first that answers is believed: nothing tells them apart.
      if (!tool || !open.delete(tool)) return true;
      bytes += data.length;
      const isTaken = data.length > 0 && data.length <= MAX_SCHEMA_BYTES &&
        bytes <= MOST_BYTES;
      // A message is a view of what was read from the socket with others.
      if (isTaken) told.set(tool, data.slice());
      return open.size > 0;
    },
  });
  return told;
}
