/**
 * Tool results in MCP's own content format. They are untrusted: anything that
 * MCP does not define is refused, and only known members are passed on.
 */

import type { JsonValue } from "../../../mod.ts";
import { quote } from "../../quote.ts";

type JsonObject = { readonly [key: string]: JsonValue };

/**
 * A content block, as defined by the specification:
 * https://modelcontextprotocol.io/specification/2025-11-25/server/tools#tool-result
 */
export type ContentBlock =
  | { type: "text"; text: string }
  | { type: "image" | "audio"; data: string; mimeType: string }
  | { type: "resource"; resource: ResourceContents }
  | {
    type: "resource_link";
    uri: string;
    name: string;
    title?: string;
    description?: string;
    mimeType?: string;
  };

type ResourceContents =
  & { uri: string; mimeType?: string }
  & ({ text: string } | { blob: string });

/** A result in MCP's own format. */
export interface ContentAnswer {
  readonly content: ContentBlock[];
  readonly structuredContent?: JsonValue;
  readonly isError: boolean;
}

/** A tool's result is not valid content. */
export class BadContent extends Error {
  override readonly name = "BadContent";
}

/** Maximum number of blocks; more are of no use to a model. */
const MOST_BLOCKS = 1_000;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Parses a result such as
 * `{ "content": [{ "type": "text", "text": "hi" }], "isError": false }`.
 *
 * @throws {BadContent} that names the invalid member.
 */
export function readContentAnswer(value: JsonValue): ContentAnswer {
  const answer = object("the answer", value);
  const { content, structuredContent, isError = false } = answer;
  if (!Array.isArray(content)) throw bad("content", "a list", content);
  if (content.length > MOST_BLOCKS) {
    throw new BadContent(
      `content has ${content.length} blocks, limit is ${MOST_BLOCKS}`,
    );
  }
  if (typeof isError !== "boolean") throw bad("isError", "a boolean", isError);
  return {
    content: content.map((one, i) => readBlock(`content[${i}]`, one)),
    ...structuredContent === undefined ? {} : { structuredContent },
    isError,
  };
}

function readBlock(where: string, value: JsonValue): ContentBlock {
  const block = object(where, value);
  switch (block.type) {
    case "text":
      return { type: "text", text: text(where, block, "text") };
    case "image":
    case "audio":
      return {
        type: block.type,
        data: base64(where, block, "data"),
        mimeType: text(where, block, "mimeType"),
      };
    case "resource":
      return {
        type: "resource",
        resource: readResource(`${where}.resource`, block.resource),
      };
    case "resource_link":
      return {
        type: "resource_link",
        uri: text(where, block, "uri"),
        name: text(where, block, "name"),
        ...optional(where, block, "title"),
        ...optional(where, block, "description"),
        ...optional(where, block, "mimeType"),
      };
    default:
      throw bad(
        `${where}.type`,
        "text, image, audio, resource or resource_link",
        block.type,
      );
  }
}

function readResource(
  where: string,
  value: JsonValue | undefined,
): ResourceContents {
  const resource = object(where, value);
  const known = {
    uri: text(where, resource, "uri"),
    ...optional(where, resource, "mimeType"),
  };
  return resource.blob === undefined
    ? { ...known, text: text(where, resource, "text") }
    : { ...known, blob: base64(where, resource, "blob") };
}

function object(where: string, value: JsonValue | undefined): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value;
  }
  throw bad(where, "an object", value);
}

function text(where: string, holder: JsonObject, member: string): string {
  const value = holder[member];
  if (typeof value === "string") return value;
  throw bad(`${where}.${member}`, "a string", value);
}

function base64(where: string, holder: JsonObject, member: string): string {
  const value = text(where, holder, member);
  if (value.length % 4 === 0 && BASE64.test(value)) return value;
  throw bad(`${where}.${member}`, "base64", value);
}

function optional<Member extends string>(
  where: string,
  holder: JsonObject,
  member: Member,
): { [Name in Member]?: string } {
  if (holder[member] === undefined) return {};
  return { [member]: text(where, holder, member) } as {
    [Name in Member]?: string;
  };
}

function bad(
  where: string,
  wanted: string,
  got: JsonValue | undefined,
): BadContent {
  const shown = typeof got === "string" ? quote(got) : kindOf(got);
  return new BadContent(`${where} is not ${wanted}, got ${shown}`);
}

function kindOf(value: JsonValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : String(value);
}
