/** The schema that a module carries, before anyone parses it. */

import { Reader } from "../../wasm/reader.ts";
import { readSections } from "../../wasm/section.ts";
import { MODULE_LIMITS } from "../limits/module_limits.ts";
import { TOOL_SCHEMA } from "./custom_sections.ts";

/** A custom section `tool_schema`. */
export interface CarriedSchema {
  /** How many bytes it has. */
  readonly size: number;
  /** The bytes, unless there are more than asked for. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** Copies the first custom section `tool_schema` out of a module. */
export function readToolSchema(
  bytes: Uint8Array,
  maxBytes: number,
): CarriedSchema | undefined {
  const sections = readSections(new Reader(bytes), MODULE_LIMITS.sections);
  const found = sections.find(({ name }) => name === TOOL_SCHEMA);
  if (!found) return undefined;
  const size = found.end - found.contents;
  const copy = size > maxBytes
    ? undefined
    : bytes.slice(found.contents, found.end) as Uint8Array<ArrayBuffer>;
  return { size, bytes: copy };
}
