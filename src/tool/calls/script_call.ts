/** The calls of the interpreter: a tool that is a script, loaded and called. */

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

/** What a script is made of: sources by path, and the one to start with. */
export interface ScriptSources {
  readonly entry: string;
  readonly sources: Readonly<Record<string, string>>;
}

/** What is asked of an interpreter that is to keep a script. */
export function loadRequest(script: ScriptSources): JsonValue {
  return { op: "load", entry: script.entry, sources: { ...script.sources } };
}

/** Loads a script, and answers what it exports, or what it lacks. */
export const SCRIPT_LOAD: CallKind<ScriptSources, InterpreterAnswer> = {
  op: Op.Tool,
  takesStdin: false,
  encode: (script) => ENCODER.encode(JSON.stringify(loadRequest(script))),
  decode: readBytes,
};

/** Calls `execute` of the script that was loaded, with JSON in UTF-8. */
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
