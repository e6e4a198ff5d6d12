/**
 * Commits changes to every file of a folder, to be killed in the middle:
 *
 *     deno run -A overlay_commit_process.ts FOLDER FILES
 *
 * Prints a line before the commit begins, and one when it has ended.
 */

import { ToolSandbox } from "../../mod.ts";
import { FileProgram, FOLDER } from "../hostile/file_program.ts";
import { writes } from "./overlay_ground.ts";

const [host = "", count = "0"] = Deno.args;
await using sandbox = new ToolSandbox({
  maxWorkers: 1,
  allowedPaths: { "/work": { host, overlay: true } },
});
const program = new FileProgram();
for (let i = 0; i < Number(count); i++) {
  writes(program, `file${i}`, "new!".repeat(50));
}
const [from, to] = [program.text("before"), program.text("after")];
program.call("path_rename", FOLDER, ...from, FOLDER, ...to);
const module = await sandbox.loadModule(program.build());
const { changes } = await sandbox.run(module);
await Deno.stdout.write(new TextEncoder().encode("begin\n"));
const { ok } = await changes.commit();
await Deno.stdout.write(new TextEncoder().encode(`${ok}\n`));
