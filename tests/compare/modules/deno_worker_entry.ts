/** The worker of `deno_worker.ts`. */

import { closeSync, openSync } from "node:fs";
import { WASI } from "node:wasi";

/** The part of the global that is used. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent) => void;
  postMessage(data: unknown): void;
};

scope.onmessage = async ({ data: { bytes, granted } }) => {
  try {
    scope.postMessage({ answer: await run(bytes, granted) });
  } catch (error) {
    scope.postMessage({ error: String(error) });
  }
};

async function run(bytes: Uint8Array<ArrayBuffer>, granted: string) {
  const file = `${granted}/printed`;
  const stdout = openSync(file, "w");
  const wasi = new WASI({
    version: "preview1",
    preopens: { "/data": granted },
    stdout,
  });
  const imports = wasi.getImportObject() as WebAssembly.Imports;
  const { instance } = await WebAssembly.instantiate(bytes, imports);
  wasi.initialize(instance);
  const answer = (instance.exports["run"] as () => number)();
  closeSync(stdout);
  return answer;
}
