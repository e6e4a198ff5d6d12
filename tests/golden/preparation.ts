/** What preparation makes of modules, in one line. */

import { rewriteModule } from "../../src/prepare/prepare.ts";
import { VERSION } from "../../src/cli/version.ts";
import { GOLDEN_CASES } from "./cases.ts";

/** Modules of real compilers, beside one for each injected sequence. */
const MODULES = [
  "../proof/kernels/kernels.wasm",
  "../../fixtures/tools/json_query.wasm",
  "../../fixtures/wasi/statistics.wasm",
];

/** The file that has it. */
export const PREPARATION_FILE: URL = new URL(
  "../../src/prepare/version.ts",
  import.meta.url,
);

/** The package's version, and a hash of what becomes of some modules. */
export async function preparation(): Promise<string> {
  const parts: string[] = [];
  const add = (bytes: Uint8Array<ArrayBuffer>, fuel: boolean) => {
    const { bytes: made, found } = rewriteModule(bytes, {
      maxMemoryBytes: 2 ** 30,
      fuel,
    });
    parts.push(made.toBase64(), JSON.stringify(found));
  };
  for (const { fuel, module } of GOLDEN_CASES) add(module.build(), fuel);
  for (const path of MODULES) {
    const bytes = Deno.readFileSync(new URL(path, import.meta.url));
    for (const fuel of [false, true]) add(bytes, fuel);
  }
  const text = new TextEncoder().encode(parts.join("\n"));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return `${VERSION} ${hash.toHex().slice(0, 16)}`;
}
