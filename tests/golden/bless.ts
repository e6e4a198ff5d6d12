/**
 * Writes the golden files anew, and the version of preparation; read the
 * difference before you commit it.
 *
 *     deno run --allow-read --allow-write tests/golden/bless.ts
 */
import { writeBuilt } from "../../fixtures/interpreter/prepare_built.ts";
import { writeSdkText } from "../../fixtures/sdk/sdk_text.ts";
import { writeSessionProgram } from "../../fixtures/session_program.ts";
import { GOLDEN_CASES, goldenFile, goldenText } from "./cases.ts";
import { preparation, PREPARATION_FILE } from "./preparation.ts";

for (const one of GOLDEN_CASES) {
  Deno.writeTextFileSync(goldenFile(one), goldenText(one));
}

await writeBuilt();
await writeSdkText();
await writeSessionProgram();

const text = Deno.readTextFileSync(PREPARATION_FILE);
const version = `PREPARATION = ${JSON.stringify(await preparation())};`;
Deno.writeTextFileSync(
  PREPARATION_FILE,
  text.replace(/PREPARATION = .*;/, version),
);
