/**
 * Opens the first snapshot of WASI for a call: preview 1's functions, except
 * those whose constants or encodings differ.
 */

import type { FamilyCall, OpenFamily } from "../open_family.ts";
import { bind, FUNCTIONS } from "../wasi/functions.ts";
import { filestatFunctions } from "./filestat.ts";
import { pollFunctions } from "./poll_oneoff.ts";
import { seekFunctions } from "./seek.ts";

/** `sock_accept` was added in preview 1. */
const { sock_accept: _, ...KEPT } = FUNCTIONS;

const OLD_FUNCTIONS = {
  ...KEPT,
  ...filestatFunctions,
  ...pollFunctions,
  ...seekFunctions,
};

/** Opens it with the call's WASI state. */
export function open({ system }: FamilyCall): OpenFamily {
  return {
    imports: bind(system.context, OLD_FUNCTIONS),
    attach: (memory) => system.attach(memory),
  };
}
