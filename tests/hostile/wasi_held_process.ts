/**
 * Runs a program that makes its imports hold much, call after call, and prints
 * as JSON what it exited with and the most MiB that the process took.
 *
 *     deno run -A wasi_held_process.ts WAY [FOLDER]
 */

import {
  SandboxConfig,
  type SandboxConfigBuilder,
  ToolSandbox,
} from "../../mod.ts";
import {
  BUFFER_BYTES,
  CREATE,
  CREATE_OR_CUT,
  FileProgram,
  FOLDER,
} from "./file_program.ts";

/** What is printed. */
export interface HeldReport {
  readonly ends: (number | string)[];
  readonly mostMib: number;
  readonly lostWorkers: number;
}

const CALLS = 4;
const FD_READDIR = 0x4000n;

/** What each way does in a call. */
const WAYS: Record<string, (program: FileProgram) => void> = {
  /** Fills a file, cuts it to nothing and turns to the next one. */
  cut: (p) =>
    p.loop(400, () =>
      p.open(p.numbered, CREATE).write(BUFFER_BYTES)
        .call("fd_filestat_set_size", p.opened, 0n).close()),
  /** The same by opening it again. */
  "cut by opening": (p) =>
    p.loop(
      200,
      () =>
        p.open(p.numbered, CREATE_OR_CUT).write(BUFFER_BYTES).close()
          .open(p.numbered, CREATE_OR_CUT).close(),
    ),
  /** Fills a file and removes it. */
  removed: (p) =>
    p.loop(400, () =>
      p.open(p.numbered, CREATE).write(BUFFER_BYTES).close()
        .call("path_unlink_file", FOLDER, ...p.numbered)),
  /** Lists a directory from its start, over and over. */
  list: (p) => p.open(p.text("."), 2, 0, FD_READDIR).loop(5, () => p.list()),
};

async function end(
  sandbox: ToolSandbox,
  module: Awaited<ReturnType<ToolSandbox["loadModule"]>>,
): Promise<number | string> {
  const result = await sandbox.run(module);
  return result.ok ? result.exitCode : result.error.kind;
}

if (import.meta.main) {
  const [way = "", folder] = Deno.args;
  const grant = (b: SandboxConfigBuilder) =>
    folder === undefined
      ? b.memoryDirectory("/m")
      : b.allowedPath("/g", folder);
  const config = grant(SandboxConfig.builder().maxWorkers(1)).build();
  await using sandbox = new ToolSandbox(config);
  const program = new FileProgram();
  WAYS[way]?.(program);
  const module = await sandbox.loadModule(program.build());
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, Deno.memoryUsage().rss);
  }, 5);
  const ends: (number | string)[] = [];
  for (let call = 0; call < CALLS; call++) {
    ends.push(await end(sandbox, module));
    most = Math.max(most, Deno.memoryUsage().rss);
  }
  clearInterval(watch);
  const mostMib = Math.round(most / 2 ** 20);
  const { lostWorkers } = sandbox;
  console.log(JSON.stringify({ ends, mostMib, lostWorkers }));
}
