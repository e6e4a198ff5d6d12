// deno-lint-ignore-file no-console
/**
 * Runs a guest that tries everything with what it was granted and what it was
 * not, for a process that sits at a terminal: Deno asks there for permissions
 * that are missing, and waits. Prints `terminal` if it is one, and `done` last.
 *
 *     terminal_process.ts FOLDER [read-only]
 */

import { SandboxConfig, ToolSandbox } from "../../mod.ts";

const OPERATIONS = [
  ...["read", "write", "create", "append", "truncate", "stat", "lstat"],
  ...["list", "mkdir", "touch", "readlink", "remove", "rmdir"],
];
const PATHS = [
  ...["file", "new", "d/file", "d/new", "..", "../outside", "out", "out/x"],
  ...["absolute", "process", "process/environ", "d/../../outside", "."],
  ...["dangling", "dangling/x", "../../../../etc/passwd"],
].map((path) => `/g/${path}`).concat("/etc/passwd", "/proc/self/environ");

const [folder = "", readOnly] = Deno.args;
const config = SandboxConfig.builder()
  .maxWorkers(1)
  .allowedPath("/g", folder, { write: readOnly === undefined })
  .build();
await using sandbox = new ToolSandbox(config);
const escape = await sandbox.loadModule(
  new URL("../../fixtures/wasi/escape.wasm", import.meta.url),
);
for (const path of PATHS) {
  for (const operation of OPERATIONS) {
    await sandbox.run(escape, { args: [operation, path] });
  }
  for (const operation of ["rename", "link", "symlink"]) {
    await sandbox.run(escape, { args: [operation, path, "/g/moved"] });
    await sandbox.run(escape, { args: [operation, "/g/d/file", path] });
    await sandbox.run(escape, { args: [operation, "file", path] });
  }
}
if (Deno.stdin.isTerminal() && Deno.stderr.isTerminal()) {
  console.log("terminal");
}
console.log("done");
