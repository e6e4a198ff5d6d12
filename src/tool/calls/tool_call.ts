/** The calls of the tool ABI: a schema, and JSON in and JSON out. */

import { Op } from "../../channel/layout.ts";
import { parseGuestJson } from "../guest_json.ts";
import { parseToolSchema } from "../parse_tool_schema.ts";
import type { JsonValue, ToolSchema } from "../tool.ts";
import type { CallKind } from "./call_kind.ts";

const NOTHING: Uint8Array = new Uint8Array();

/** `__tool_schema()`. */
export const SCHEMA_CALL: CallKind<undefined, ToolSchema> = {
  op: Op.Schema,
  takesStdin: false,
  encode: () => NOTHING,
  decode: (bytes) => parseToolSchema("__tool_schema", bytes),
};

/** `__tool_execute` with JSON in UTF-8. */
export const TOOL_CALL: CallKind<Uint8Array, JsonValue> = {
  op: Op.Tool,
  takesStdin: false,
  encode: (json) => json,
  decode: (bytes) => parseGuestJson("__tool_execute", bytes),
};
