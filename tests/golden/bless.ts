/**
 * Writes the golden files anew; read the difference before you commit it.
 *
 *     deno run --allow-write tests/golden/bless.ts
 */
import { writeBuilt } from "../../fixtures/interpreter/prepare_built.ts";
import { GOLDEN_CASES, goldenFile, goldenText } from "./cases.ts";

for (const one of GOLDEN_CASES) {
  Deno.writeTextFileSync(goldenFile(one), goldenText(one));
}

await writeBuilt();
