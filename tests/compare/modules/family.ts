/** Hostile modules, and what runs modules on Deno and Node. */

import { type Family, HARMLESS_ANSWER } from "../subject.ts";
import { attackModule } from "./attack_module.ts";
import { ATTACKS } from "./attacks.ts";
import { DENO_WORKER } from "./deno_worker.ts";
import { EXTISM } from "./extism.ts";
import { NODE_WASI } from "./node_wasi.ts";
import { SANDBOX } from "./sandbox.ts";

/** The family of modules. */
export const MODULES: Family<() => Uint8Array<ArrayBuffer>> = {
  attacks: ATTACKS,
  harmless: () => attackModule({ code: `i32.const ${HARMLESS_ANSWER}` }),
  subjects: [SANDBOX, EXTISM, DENO_WORKER, NODE_WASI],
};
