/** Asks a tool from bytes (`-`, on standard input), a path or a URL. */

import { SandboxConfig, SandboxedTool } from "@cortexai/sandbox";

const [source = ""] = Deno.args;
const config = SandboxConfig.builder().maxExecutionTime(500).build();
await using tool = await SandboxedTool.load(
  source === "-" ? await new Response(Deno.stdin.readable).bytes() : source,
  config,
);
const result = await tool.call({ text: "to be or not to be" });
console.log(JSON.stringify(
  result.ok
    ? { name: tool.schema().name, value: result.value }
    : { kind: result.error.kind, lost: tool.sandbox.lostWorkers },
));
