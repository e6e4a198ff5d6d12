/**
 * Names that every model provider accepts: 1 to 64 letters, digits, `_`, `-`.
 */

import type { ToolRegistry, ToolSchema } from "../../mod.ts";
import { quote } from "../quote.ts";

const MOST_CHARACTERS = 64;
/**
 * Hash digits that distinguish names that differ only in replaced characters.
 */
const HASH_DIGITS = 8;

/**
 * The name by which a model calls a tool: its own, or one derived from it that
 * does not depend on other tools.
 */
export function modelName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_-]/g, "_");
  if (plain === name && name.length <= MOST_CHARACTERS) return name;
  const most = MOST_CHARACTERS - HASH_DIGITS - 1;
  return `${plain.slice(0, most)}_${hash(name)}`;
}

/**
 * The tools by the name that models use.
 *
 * @throws {TypeError} when two tools have the same name.
 */
export function toolsByModelName(
  registry: ToolRegistry,
): ReadonlyMap<string, ToolSchema> {
  const tools = new Map<string, ToolSchema>();
  for (const schema of registry.list()) {
    const name = modelName(schema.name);
    const other = tools.get(name);
    if (other) {
      throw new TypeError(
        `Cannot name tools for a model: ${quote(schema.name)} and ${
          quote(other.name)
        } would both be ${name}`,
      );
    }
    tools.set(name, schema);
  }
  return tools;
}

/** FNV-1a over UTF-16. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  return (value >>> 0).toString(16).padStart(HASH_DIGITS, "0");
}
