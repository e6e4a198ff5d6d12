/**
 * Loads as many different tools as the command line says, calls all functions of
 * each, unloads it or not, and prints what this process takes, in MiB: after
 * the first tool, and after the last.
 */

import { SandboxConfig, ToolSandbox } from "../../mod.ts";
import { buildShape } from "../proof/worst/build_shape.ts";
import { PLAIN } from "../proof/worst/shape.ts";

const MIB = 1024 * 1024;
/** Some 3.3 MB; no two of them are alike. */
function tool(index: number): Uint8Array<ArrayBuffer> {
  const functions = { functions: 190, units: ["store", "ifElse"] };
  return buildShape({
    ...PLAIN,
    ...functions,
    repeats: 850,
    exported: false,
    constGlobals: index,
  });
}

async function main(tools: number, unloads: boolean): Promise<number[]> {
  const config = SandboxConfig.builder().maxWorkers(1).build();
  await using sandbox = new ToolSandbox(config);
  let first = 0;
  for (let i = 0; i < tools; i++) {
    const module = await sandbox.loadModule(tool(i));
    await sandbox.execute(module, "run", [1]);
    if (unloads) sandbox.unloadModule(module);
    if (i === 0) first = Deno.memoryUsage().rss;
  }
  return [first, Deno.memoryUsage().rss];
}

if (import.meta.main) {
  const [tools = "1", mode] = Deno.args;
  const seen = await main(Number(tools), mode === "unload");
  console.log(JSON.stringify(seen.map((bytes) => Math.round(bytes / MIB))));
}
