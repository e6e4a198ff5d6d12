/** Runs a WASI program that copies a file inside a granted folder. */

import { SandboxConfig, ToolSandbox } from "@cortexai/sandbox";

const config = SandboxConfig.builder()
  .allowedPath("/data", "data", { write: true })
  .build();
await using sandbox = new ToolSandbox(config);
const program = await sandbox.loadModule("copy.wasm");
const { exitCode, stdout } = await sandbox.run(program, {
  args: ["/data/in.txt", "/data/out.txt"],
});
console.log(JSON.stringify({ exitCode, stdout }));
