/** Calls of the interpreter: loading and calling a script tool. */

import { Op } from "../../channel/layout.ts";
import {
  type InterpreterAnswer,
  readAnswer,
} from "../../interpreters/javascript/interpreter_answer.ts";
import { parseGuestJson } from "../guest_json.ts";
import type { JsonValue } from "../tool.ts";
import type { CallKind } from "./call_kind.ts";

const ENCODER = new TextEncoder();
const BEFORE = ENCODER.encode('{"op":"call","args":');
const AFTER = ENCODER.encode("}");

/** The sources of a script by path, and its entry point. */
export interface ScriptSources {
  readonly entry: string;
  readonly sources: Readonly<Record<string, string>>;
}

/** The request that makes an interpreter load a script. */
export function loadRequest(script: ScriptSources): JsonValue {
  return { op: "load", entry: script.entry, sources: { ...script.sources } };
}

/**
 * Loads a script; the value is what it exports, or the imports that it lacks.
 */
export const SCRIPT_LOAD: CallKind<ScriptSources, InterpreterAnswer> = {
  op: Op.Tool,
  takesStdin: false,
  encode: (script) => ENCODER.encode(JSON.stringify(loadRequest(script))),
  decode: readBytes,
};

/** Calls `execute` of the loaded script with JSON in UTF-8. */
export const SCRIPT_CALL: CallKind<Uint8Array, JsonValue> = {
  op: Op.Tool,
  takesStdin: false,
  encode(args) {
    const bytes = new Uint8Array(BEFORE.length + args.length + AFTER.length);
    bytes.set(BEFORE);
    bytes.set(args, BEFORE.length);
    bytes.set(AFTER, BEFORE.length + args.length);
    return bytes;
  },
  decode: async (bytes) => (await readBytes(bytes)).value ?? null,
};

async function readBytes(bytes: Uint8Array): Promise<InterpreterAnswer> {
  return readAnswer(await parseGuestJson("The interpreter", bytes));
}
