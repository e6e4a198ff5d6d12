/** The verb `inspect`. */

import { inspectModule } from "../../../mod.ts";
import { inspectionText } from "../inspection_text.ts";
import type { Outcome } from "../outcome.ts";
import { fromSource } from "../source.ts";
import type { VerbInput } from "./verbs.ts";

/** Says what a module is and needs, without running it. */
export async function inspect(input: VerbInput): Promise<Outcome> {
  const { operands: [source = ""] } = input;
  const value = await fromSource(source, () => inspectModule(source));
  return { ok: true, value, text: inspectionText(source, value) };
}
