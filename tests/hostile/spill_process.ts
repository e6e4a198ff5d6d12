/**
 * Spills what a guest writes, says so, and waits to be killed:
 *
 *     deno run -A spill_process.ts FOLDER SPILL
 */

import { ToolSandbox } from "../../mod.ts";
import { fixture } from "../bench/fixture.ts";

const [host = "", spillDirectory = ""] = Deno.args;
const overlay = { maxMemoryBytes: 65_536, spillDirectory };
await using sandbox = new ToolSandbox({
  maxWorkers: 1,
  allowedPaths: { "/work": { host, overlay } },
});
const module = await sandbox.loadModule(fixture("wasi/copy"));
const args = ["/work/large", "/work/copy"];
const { changes } = await sandbox.run(module, { args });
console.log(changes.list.length);
await new Promise((resolve) => setTimeout(resolve, 60_000));
