/** What the number means that a module answers with. */

import { CANARY } from "../subject.ts";
import { CANARY_WORD } from "./attack_module.ts";

/** The secret, where the number is its beginning. */
export function answerOf(number: number): number | string {
  return number === CANARY_WORD ? CANARY : number;
}
