/** A tool as a service announces it: name, hash, version and schema. */

import type { ToolSchema } from "../../../mod.ts";
import {
  isSameSchema,
  labelHash,
  lockedSchema,
  type LockedTool,
  type LockedTools,
  unlockedLabel,
} from "./label_hash.ts";

/** A tool that is served. */
export interface ServedTool {
  readonly name: string;
  /** The hash of its entry in tools.lock. */
  readonly hash: string;
  readonly version: string;
  readonly schemaJson: string;
}

/** The metadata of an endpoint; all values are strings. */
export type EndpointMetadata = {
  readonly name: string;
  readonly hash: string;
  readonly version: string;
  /** Left out if it is long: then it is sent on request. */
  readonly schema?: string;
};

const MOST_TOOLS = 1_000;
/** Size of subject, hash and framing, without the schema. */
const BYTES_OF_ENDPOINT = 400;
/** Longer schemas are sent on request. */
const MOST_INLINE = 4_096;
/**
 * Limits the total, as every service responds to a broadcast with all of it.
 */
const MOST_INLINE_ALTOGETHER = 128 * 1024;

/**
 * Determines the identity of each tool.
 *
 * @param labels The entries of tools.lock.
 * @throws {RangeError} for more tools than a service can announce.
 * @throws {TypeError} for a tool that differs from its entry.
 */
export async function servedTools(
  schemas: readonly ToolSchema[],
  labels: LockedTools | undefined,
  version: string,
): Promise<ServedTool[]> {
  if (schemas.length > MOST_TOOLS) {
    throw new RangeError(
      `Cannot serve ${schemas.length} tools, limit is ${MOST_TOOLS}`,
    );
  }
  return await Promise.all(schemas.map(async (schema) => ({
    name: schema.name,
    hash: await labelHash(await labelOf(schema, labels?.get(schema.name))),
    version,
    schemaJson: JSON.stringify(schema),
  })));
}

/** Checks that an entry is for this tool, not for another with its name. */
async function labelOf(
  schema: ToolSchema,
  label: LockedTool | undefined,
): Promise<LockedTool> {
  if (!label) return unlockedLabel(schema);
  const { name } = schema;
  if (isSameSchema(await lockedSchema(name, label), schema)) return label;
  throw new TypeError(
    `Cannot serve ${name}: its schema differs from the lock`,
  );
}

/**
 * The metadata of the endpoints, limited to one message.
 *
 * @throws {RangeError} when it exceeds the server's maximum payload.
 */
export function endpointMetadata(
  tools: readonly ServedTool[],
  maxPayload: number,
): [ServedTool, EndpointMetadata][] {
  let inlined = 0;
  const least = tools.reduce((sum, { name }) => sum + name.length, 0) +
    tools.length * BYTES_OF_ENDPOINT;
  if (least > maxPayload) {
    throw new RangeError(
      `Cannot serve ${tools.length} tools: to tell of them takes ${least} bytes, the server takes messages of ${maxPayload}`,
    );
  }
  return tools.map((tool) => {
    const { name, hash, version, schemaJson } = tool;
    const bytes = new TextEncoder().encode(schemaJson).length;
    if (bytes > maxPayload) {
      throw new RangeError(
        `Cannot serve ${name}: its schema has ${bytes} bytes, the server takes messages of ${maxPayload}`,
      );
    }
    const most = Math.min(MOST_INLINE_ALTOGETHER, maxPayload / 4);
    const isInline = bytes <= MOST_INLINE && inlined + bytes <= most;
    if (isInline) inlined += bytes;
    const metadata = { name, hash, version };
    return [tool, isInline ? { ...metadata, schema: schemaJson } : metadata];
  });
}
