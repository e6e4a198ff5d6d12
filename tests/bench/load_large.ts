/** Loading a large module, against its bare compilation. */

import { ToolSandbox } from "../../mod.ts";
import { LARGE_MODULE, largeModule } from "./large_module.ts";
import { type Measurement, median, skipped, timed } from "./measurement.ts";

const WHAT = "load of a 25 MB module against WebAssembly.compile";
const ROUNDS = 9;
/** A custom section without a name, as long as its 32-bit number. */
const CUSTOM_SECTION = [0, 5, 0];

/** The load over the compilation of the same bytes. */
export async function loadLarge(): Promise<readonly Measurement[]> {
  let module: Uint8Array<ArrayBuffer>;
  try {
    module = await largeModule();
  } catch (error) {
    return [skipped(WHAT, String(error))];
  }
  const loads: number[] = [];
  const compiles: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const forCompile = unseen(module, 2 * round);
    compiles.push(await timed(() => WebAssembly.compile(forCompile)));
    await using sandbox = new ToolSandbox();
    const forLoad = unseen(module, 2 * round + 1);
    loads.push(await timed(() => sandbox.loadModule(forLoad)));
  }
  const [load, compile] = [median(loads), median(compiles)];
  const megabytes = (module.length / 1e6).toFixed(1);
  return [{
    what: WHAT,
    value: load / compile,
    unit: "x",
    aim: { atMost: 1.6 },
    note: `${LARGE_MODULE}, ${megabytes} MB; ${load.toFixed(0)} ms against ${
      compile.toFixed(0)
    } ms`,
  }];
}

/** The module with a number at its end: V8 keeps what it has compiled. */
function unseen(
  module: Uint8Array<ArrayBuffer>,
  number: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(module.length + CUSTOM_SECTION.length + 4);
  bytes.set(module);
  bytes.set(CUSTOM_SECTION, module.length);
  new DataView(bytes.buffer).setUint32(bytes.length - 4, number);
  return bytes;
}
