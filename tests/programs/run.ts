// deno-lint-ignore-file no-console
/**
 * Runs real programs, CPython and a Go program among them, as a user would, and
 * breaks each limit with them. Needs npm, pip, Go and Cargo with the target
 * wasm32-wasip1, so it is no part of the gate:
 *
 *     deno run -A tests/programs/run.ts [--record] [NAME...]
 *
 * With names, runs these of {@linkcode REAL_PROGRAMS} only; with `--record`,
 * writes which versions did what.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";
import { join } from "@std/path";
import {
  ExecutionFailed,
  MemoryLimitExceeded,
  type RunOptions,
  SandboxConfig,
  type SandboxConfigBuilder,
  SandboxedTool,
  TimeoutExceeded,
  ToolSandbox,
} from "../../mod.ts";
import { largeModule } from "../bench/large_module.ts";
import { checkNpmCommands } from "./npm_commands.ts";
import { nameOf, programBytes } from "./packages.ts";
import { REAL_PROGRAMS } from "./real_programs.ts";

const MIB = 1024 * 1024;

type Program = Uint8Array<ArrayBuffer>;
type Check = (program: Program, folder: string) => Promise<void>;

const SCRIPT = `
import json, os, random, sys, time
text = open("/work/in.txt").read() + sys.stdin.read()
start = time.monotonic(); time.sleep(0.02)
assert time.monotonic() - start >= 0.02 and random.SystemRandom().random() < 1
open("/work/out.txt", "w").write(text.upper())
assert sorted(os.listdir("/work")) == ["in.txt", "out.txt"]
print(open("/work/out.txt").read(), end="")
print(json.dumps({"args": sys.argv[1:], "env": os.environ["NAME"]}), file=sys.stderr)
sys.exit(7)
`;

const TOOL_SCRIPT = `
import json, sys
numbers = json.load(sys.stdin)["numbers"]
json.dump({"sum": sum(numbers)}, sys.stdout)
`;

const PYTHON: Record<string, Check> = {
  "files, stdin, arguments, environment, clock, randomness, exit code": async (
    program,
    folder,
  ) => {
    const result = await run(program, granted(folder), {
      args: ["-c", SCRIPT, "a b"],
      env: { NAME: "ü" },
      stdin: "From Stdin\n",
    });
    assertEquals(result.stdout, "FROM A FILE\nFROM STDIN\n", result.stderr);
    assertEquals(JSON.parse(result.stderr), { args: ["a b"], env: "ü" });
    assertEquals(result.exitCode, 7);
    const written = await Deno.readTextFile(join(folder, "out.txt"));
    assertEquals(written, result.stdout);
  },
  "files in memory, and back": async (program) => {
    const configure = (b: SandboxConfigBuilder) =>
      b.memoryDirectory("/m", { "in.txt": "abc" });
    const args = ["-c", 'open("/m/o","w").write(open("/m/in.txt").read()*2)'];
    const { files } = await run(program, configure, { args });
    assertEquals(new TextDecoder().decode(files["/m"]?.["o"]), "abcabc");
  },
  "an endless loop under a time limit": (program) =>
    fails(
      program,
      "while True: pass",
      TimeoutExceeded,
      (b) => b.maxExecutionTime(1500),
    ),
  "an hour's sleep under a time limit": (program) =>
    fails(
      program,
      "import time; time.sleep(3600)",
      TimeoutExceeded,
      (b) => b.maxExecutionTime(1500),
    ),
  "more memory than the limit": async (program) => {
    const args = ["-c", "x = bytearray(500_000_000)"];
    const { exitCode, stderr } = await run(program, (b) => b, { args });
    assert(exitCode === 1 && stderr.includes("MemoryError"), stderr);
  },
  "less memory than it starts with": (program) =>
    fails(
      program,
      "pass",
      MemoryLimitExceeded,
      (b) => b.maxMemoryBytes(2 * MIB),
    ),
  "a flood of output": async (program) => {
    const args = ["-c", "for i in range(5000): print('x' * 1000)"];
    const result = await run(program, (b) => b.maxOutputBytes(10_000), {
      args,
    });
    assert(result.isOutputCut && result.stdout.length === 10_000);
  },
  "a folder that was not granted": async (program) => {
    const args = ["-c", "open('/etc/passwd')"];
    const { exitCode, stderr } = await run(program, (b) => b, { args });
    assert(exitCode === 1 && stderr.includes("FileNotFoundError"), stderr);
  },
  "as a tool, with JSON in and out": async (program) => {
    const script = { "tool.py": TOOL_SCRIPT };
    const config = SandboxConfig.builder().memoryDirectory("/tool", script);
    await using sandbox = new ToolSandbox(config.build());
    const module = await sandbox.loadModule(program);
    const { stdout } = await sandbox.run(module, {
      args: ["/tool/tool.py"],
      stdin: '{"numbers":[1,2,3]}',
    });
    assertEquals(JSON.parse(stdout), { sum: 6 });
    // Without a script it reads one from standard input: what comes is no JSON.
    const schema = { name: "python", parameters: { type: "object" } };
    const tool = await SandboxedTool.create(sandbox, module, { schema });
    await assertRejects(() => tool.execute({ a: 1 }), ExecutionFailed);
  },
};

const GO: Record<string, Check> = {
  "files, stdin, clock, randomness, exit code": async (program, folder) => {
    const stdin = "From Stdin\n";
    const result = await run(program, granted(folder), { stdin });
    assertEquals(result.stdout, "FROM A FILE\nFrom Stdin\n", result.stderr);
    assertEquals(result.exitCode, 7);
  },
  "without the folder": async (program) => {
    const { exitCode, stderr } = await run(program, (b) => b, {});
    assert(exitCode === 1 && stderr.includes("in.txt"), stderr);
  },
};

function granted(folder: string) {
  return (b: SandboxConfigBuilder) =>
    b.allowedPath("/work", folder, { write: true });
}

async function run(
  program: Program,
  configure: (b: SandboxConfigBuilder) => SandboxConfigBuilder,
  options: RunOptions,
) {
  const config = configure(SandboxConfig.builder()).build();
  await using sandbox = new ToolSandbox(config);
  return await sandbox.run(await sandbox.loadModule(program), options);
}

async function fails(
  program: Program,
  script: string,
  error: new (...args: never[]) => Error,
  configure: (b: SandboxConfigBuilder) => SandboxConfigBuilder,
): Promise<void> {
  // Loading rejects, running resolves with what went wrong.
  const outcome = await run(program, configure, { args: ["-c", script] })
    .then((result) => result.ok ? result : result.error, (reason) => reason);
  assert(outcome instanceof error, Deno.inspect(outcome));
}

async function goProgram(): Promise<Program> {
  const folder = await Deno.makeTempDir();
  try {
    const wasm = join(folder, "program.wasm");
    const { success, stderr } = await new Deno.Command("go", {
      args: ["build", "-o", wasm, "tests/programs/go_program.go"],
      env: { GOOS: "wasip1", GOARCH: "wasm" },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return await Deno.readFile(wasm);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function checkAll(
  language: string,
  program: Program,
  checks: Record<string, Check>,
): Promise<void> {
  for (const [name, check] of Object.entries(checks)) {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(join(folder, "in.txt"), "From a File\n");
    await check(program, folder);
    await Deno.remove(folder, { recursive: true });
    console.log(`ok  ${language}: ${name}`);
  }
}

/** A line of the record. */
interface Recorded {
  readonly name: string;
  readonly source: string;
  readonly bytes: number;
  readonly near: string;
  readonly result: string;
}

/** Runs those that are named, or all; answers false when one failed. */
async function realPrograms(
  names: readonly string[],
  record: boolean,
): Promise<boolean> {
  const recorded: Recorded[] = [];
  let failed = false;
  for (const { name, source, near, check } of REAL_PROGRAMS) {
    if (names.length > 0 && !names.includes(name)) continue;
    let bytes = 0;
    let result: string;
    try {
      const program = await programBytes(source);
      bytes = program.length;
      result = await check(program);
      console.log(`ok  ${name}: ${result}`);
    } catch (error) {
      failed = true;
      result = String(error);
      console.log(`FAILED  ${name}: ${result}`);
    }
    recorded.push({ name, source: nameOf(source), bytes, near, result });
  }
  if (record) {
    const file = new URL("./recorded.json", import.meta.url);
    const programs = { deno: Deno.version.deno, programs: recorded };
    await Deno.writeTextFile(file, `${JSON.stringify(programs, null, 2)}\n`);
  }
  return !failed;
}

if (import.meta.main) {
  const { _: names, record } = parseArgs(Deno.args, { boolean: ["record"] });
  if (names.length === 0) {
    await checkAll("CPython 3.12", await largeModule(), PYTHON);
    await checkAll("Go", await goProgram(), GO);
    await checkNpmCommands();
  }
  if (!await realPrograms(names.map(String), record)) Deno.exit(1);
}
