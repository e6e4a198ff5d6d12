/** Hostile programs in Python, and what runs Python on Deno. */

import { type Family, HARMLESS_ANSWER } from "../subject.ts";
import { ATTACKS } from "./attacks.ts";
import { PYODIDE } from "./pyodide.ts";
import { SANDBOX } from "./sandbox.ts";

/** The family of Python. */
export const PYTHON: Family<string> = {
  attacks: ATTACKS,
  harmless: `print(${HARMLESS_ANSWER})`,
  subjects: [SANDBOX, PYODIDE],
};
