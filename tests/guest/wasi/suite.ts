// deno-lint-ignore-file no-console -- a task that reports on the console
/**
 * Runs the programs of the public suite WebAssembly/wasi-testsuite, branch
 * `prod/testsuite-base`, that are built for preview 1:
 *
 *     deno run -A tests/guest/wasi/suite.ts DIR [--scoped] [NAME...]
 *
 * DIR is a checkout of that branch. `--scoped` goes without link anchors, as
 * when the host has only scoped permissions; links are made all the same.
 */
import { createLinkAnchor } from "../../../src/host/link_anchor.ts";
import { makeLink } from "../../../src/guest/wasi/make_link.ts";
import { type HostDirectory, Wasi } from "../../../src/guest/wasi/wasi.ts";
import { GuestStopped, StopPage } from "../../../src/stop_page.ts";

interface Specification {
  readonly args?: string[];
  readonly env?: Record<string, string>;
  readonly root?: string;
  readonly exit_code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

const [directory, ...rest] = Deno.args;
if (directory === undefined) {
  console.error("Usage: suite.ts DIR [--scoped] [NAME...]");
  Deno.exit(2);
}
const scoped = rest.includes("--scoped");
const names = rest.filter((name) => !name.startsWith("--"));

function readSpecification(wasm: string): Specification {
  try {
    return JSON.parse(Deno.readTextFileSync(wasm.replace(/wasm$/, "json")));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

function run(wasm: string, specification: Specification): string[] {
  const { args = [], env = {}, root } = specification;
  const folder = wasm.slice(0, wasm.lastIndexOf("/"));
  const temporary = Deno.makeTempDirSync();
  const directories: HostDirectory[] = [];
  if (root !== undefined) {
    const host = `${temporary}/root`;
    copy(`${folder}/${root}`, host);
    const links = `${temporary}/links`;
    Deno.mkdirSync(links);
    const anchor = scoped ? undefined : createLinkAnchor(links, host);
    directories.push({
      guest: "/",
      host,
      write: true,
      ...anchor && { anchor },
    });
  }
  const output = { stdout: "", stderr: "" };
  const decoder = new TextDecoder();
  const stop = new StopPage(
    new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }),
  );
  const wasi = new Wasi(
    {
      args: [wasm.slice(folder.length + 1), ...args],
      env,
      directories,
      memoryDirectories: [],
      limits: { maxDescriptors: 128, maxWriteBytes: undefined },
    },
    {
      read: () => 0,
      write: (stream, bytes) => output[stream] += decoder.decode(bytes),
    },
    stop,
    {
      symlink: (_host, place, target) =>
        directories[0] ? makeLink(directories[0], place, target) : 58,
    },
  );
  let exit: number | string;
  try {
    const instance = new WebAssembly.Instance(
      new WebAssembly.Module(Deno.readFileSync(wasm)),
      { wasi_snapshot_preview1: wasi.imports },
    );
    wasi.attach(instance.exports.memory as WebAssembly.Memory);
    (instance.exports._start as () => void)();
    exit = 0;
  } catch (error) {
    exit = error instanceof GuestStopped && wasi.exitCode !== undefined
      ? wasi.exitCode
      : String(error);
  } finally {
    wasi.close();
    Deno.removeSync(temporary, { recursive: true });
  }
  return compare(specification, exit, output);
}

function compare(
  { exit_code = 0, stdout, stderr }: Specification,
  exit: number | string,
  output: { stdout: string; stderr: string },
): string[] {
  const wrong: string[] = [];
  if (exit !== exit_code) {
    wrong.push(`exit ${exit}, not ${exit_code}\n${output.stderr}`);
  }
  if (stdout !== undefined && output.stdout !== stdout) {
    wrong.push(`stdout ${JSON.stringify(output.stdout)}`);
  }
  if (stderr !== undefined && output.stderr !== stderr) {
    wrong.push(`stderr ${JSON.stringify(output.stderr)}`);
  }
  return wrong;
}

function copy(from: string, to: string): void {
  Deno.mkdirSync(to);
  for (const entry of Deno.readDirSync(from)) {
    const [source, target] = [`${from}/${entry.name}`, `${to}/${entry.name}`];
    if (entry.isDirectory) copy(source, target);
    else Deno.copyFileSync(source, target);
  }
}

let passed = 0;
let total = 0;
for (const language of ["assemblyscript", "c", "rust"]) {
  const folder = `${directory}/tests/${language}/testsuite/wasm32-wasip1`;
  const programs = [...Deno.readDirSync(folder)]
    .map(({ name }) => name)
    .filter((name) => name.endsWith(".wasm"))
    .filter((name) => names.length === 0 || names.includes(name.slice(0, -5)))
    .sort();
  for (const program of programs) {
    const wasm = `${folder}/${program}`;
    const wrong = run(wasm, readSpecification(wasm));
    total++;
    if (wrong.length === 0) passed++;
    else console.log(`FAIL ${language} ${program}: ${wrong.join("; ")}`);
  }
}
console.log(`${passed} of ${total}`);
if (passed < total) Deno.exit(1);
