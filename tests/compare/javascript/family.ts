/** Hostile programs, and the packages that run programs of models. */

import { HOSTILE_PROGRAMS } from "../../hostile/javascript_programs.ts";
import {
  CANARY_NAME,
  type Family,
  HARMLESS_ANSWER,
  type NamedAttack,
} from "../subject.ts";
import { AI_SDK } from "./ai_sdk.ts";
import { QUICKJS_EMSCRIPTEN } from "./quickjs_emscripten.ts";
import { SANDBOX } from "./sandbox.ts";

/** Tools that programs call which every package has to offer. */
const OFFERED = /^(add|keys|never)$/;

/** Programs that want out: each answers the secret, if it finds it. */
const ESCAPES: readonly NamedAttack<string>[] = Object.entries({
  "the global": `return globalThis["${CANARY_NAME}"] ?? null`,
  "the environment":
    `return globalThis.Deno?.env?.get("${CANARY_NAME}") ?? globalThis.process?.env?.["${CANARY_NAME}"] ?? null`,
  "a tool's constructor":
    `try { return tools.add.constructor("return globalThis")()["${CANARY_NAME}"] ?? null } catch { return null }`,
  "an answer's constructor":
    `const answer = await tools.keys({ a: 1 }); return answer.constructor.constructor("return globalThis")()["${CANARY_NAME}"] ?? null`,
  "an error's constructor":
    `try { await tools.add({ get a() { throw 1 } }) } catch (e) { return e?.constructor?.constructor?.("return globalThis")()["${CANARY_NAME}"] ?? null } return null`,
  "a promise's constructor":
    `const p = tools.keys({}); p.catch?.(() => {}); return p.constructor.constructor("return globalThis")()["${CANARY_NAME}"] ?? null`,
  "an import of the system":
    `try { const { env } = await import("node:process"); return env["${CANARY_NAME}"] ?? null } catch { return null }`,
}).map(([name, attack]) => ({ name: `escape by ${name}`, attack }));

/** The family of JavaScript. */
export const JAVASCRIPT: Family<string> = {
  attacks: [
    ...HOSTILE_PROGRAMS.filter(({ code }) =>
      [...code.matchAll(/\btools\.([A-Za-z]+)/g)]
        .every(([, tool = ""]) => OFFERED.test(tool))
    ).map(({ name, code }) => ({ name, attack: code })),
    ...ESCAPES,
  ],
  harmless: `return await tools.add({ a: ${HARMLESS_ANSWER - 2}, b: 2 })`,
  subjects: [SANDBOX, AI_SDK, QUICKJS_EMSCRIPTEN],
};
