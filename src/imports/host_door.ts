/** Access to host functions, for every family that offers them. */

import type { GuestQuestions } from "../channel/guest_questions.ts";
import {
  encodeHostQuestion,
  HostError,
  type HostOp,
  MAX_HOST_ANSWER_BYTES,
  MAX_HOST_ARGUMENT_BYTES,
  MAX_HOST_NAME_BYTES,
} from "../channel/host_layout.ts";
import { HostFailure } from "./host_failure.ts";

const NOTHING: Uint8Array = new Uint8Array();
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Calls host functions, one at a time. */
export class HostDoor {
  readonly #questions: GuestQuestions;

  constructor(questions: GuestQuestions) {
    this.#questions = questions;
  }

  /**
   * Calls a function, and blocks until it has answered.
   *
   * @throws {HostFailure} with the reason, when it fails.
   * @throws {GuestStopped} if the guest is told to stop meanwhile.
   */
  ask(op: HostOp, name: Uint8Array, payload: Uint8Array): Uint8Array {
    checkLength("name", name, MAX_HOST_NAME_BYTES, HostError.Invalid);
    checkLength("arguments", payload, MAX_HOST_ARGUMENT_BYTES, HostError.Limit);
    const question = encodeHostQuestion(op, name, payload);
    const reply = this.#questions.ask("host", question, MAX_HOST_ANSWER_BYTES);
    const { value, payload: answer = NOTHING } = reply;
    if (value >= 0) return answer;
    throw new HostFailure(-value as HostError, UTF8.decode(answer));
  }
}

function checkLength(
  what: string,
  { length }: Uint8Array,
  limit: number,
  code: HostError,
): void {
  if (length <= limit) return;
  throw new HostFailure(
    code,
    `The ${what} of a host function has ${length} bytes, limit is ${limit}`,
  );
}
