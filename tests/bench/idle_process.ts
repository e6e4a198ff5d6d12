// deno-lint-ignore-file no-console
/**
 * A process with workers that do nothing any more: `empty 8` starts plain
 * workers, `warm 8` a sandbox whose workers all have run a tool. Prints its
 * resident memory in bytes and ends.
 */

import { SandboxConfig, SandboxedTool, ToolSandbox } from "../../mod.ts";
import { largeTool } from "./large_tool.ts";

/** Until what was only needed for the start is gone. */
const SETTLE_MS = 1000;
const CALLS_PER_WORKER = 4;

async function startEmpty(count: number): Promise<void> {
  const code = "onmessage = () => {}; postMessage(0);";
  const url = `data:text/javascript,${encodeURIComponent(code)}`;
  const started = Array.from({ length: count }, () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const options = { type: "module", deno: { permissions: "none" } } as const;
    new Worker(url, options).onmessage = resolve;
    return promise;
  });
  await Promise.all(started);
}

async function startWarm(count: number): Promise<void> {
  const config = SandboxConfig.builder().maxWorkers(count).build();
  const sandbox = new ToolSandbox(config);
  const module = await sandbox.loadModule(largeTool());
  const tool = await SandboxedTool.create(sandbox, module);
  // Every call takes long enough for all workers to be started and used.
  const calls = Array.from(
    { length: count * CALLS_PER_WORKER },
    () => tool.execute({}),
  );
  await Promise.all(calls);
}

if (import.meta.main) {
  const [kind, count] = Deno.args;
  await (kind === "warm" ? startWarm : startEmpty)(Number(count));
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  console.log(Deno.memoryUsage().rss);
  Deno.exit();
}
