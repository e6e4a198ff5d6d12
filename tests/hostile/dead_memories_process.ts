/**
 * Calls a tool that touches 60 MiB in every call, and prints the most that this
 * process took, in MiB.
 */

import { SandboxConfig, SandboxedTool } from "../../mod.ts";

const CALLS = 80;

if (import.meta.main) {
  const config = SandboxConfig.builder().maxWorkers(1).build();
  await using tool = await SandboxedTool.load(
    new URL("../../fixtures/hostile/memory_by_calls.wasm", import.meta.url),
    config,
  );
  let most = 0;
  for (let call = 0; call < CALLS; call++) {
    await tool.execute({});
    most = Math.max(most, Deno.memoryUsage().rss);
  }
  console.log(Math.round(most / 1024 / 1024));
}
