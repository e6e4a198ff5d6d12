/** What a short process loads for its one call: most of its time is that. */

import { assert, assertEquals, assertLess } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);
const CALL = ["call", "fixtures/tools/echo.wasm", '{"text":"hi"}'];
/** Some 315 of this package and 45 of `@std/path` are loaded today. */
const MOST_FILES = 370;

async function run(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stderr));
  return decoder.decode(stdout);
}

/** What a process of the runner loads, one URL a line. */
async function loadedBy(args: readonly string[]): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    await run([`--coverage=${folder}`, "-R", "tool-runner.ts", ...args]);
    const urls = new Set<string>();
    for (const { name } of Deno.readDirSync(folder)) {
      const text = Deno.readTextFileSync(`${folder}/${name}`);
      urls.add(JSON.parse(text).url);
    }
    return [...urls].sort();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function assertNotLoaded(
  urls: readonly string[],
  rare: readonly string[],
): void {
  for (const name of rare) {
    assertEquals(urls.filter((url) => url.includes(name)), []);
  }
}

Deno.test("`tool-runner.ts call` loads no more files than it needs", async () => {
  const urls = await loadedBy(CALL);
  const list = urls.join("\n");
  assert(list.includes("src/guest/worker.ts"), list);
  assertLess(urls.length, MOST_FILES, list);
  assertNotLoaded(urls, [
    "commit_changes.ts",
    "inspect_bytes.ts",
    "verbs/serve.ts",
    "imports/wasi/wasi.ts",
  ]);
});

Deno.test("A program without folders loads nothing that needs Node's file system", async () => {
  const urls = await loadedBy(["run", "fixtures/wasi/cat.wasm"]);
  assert(urls.join("\n").includes("imports/wasi/wasi.ts"));
  assertNotLoaded(urls, ["host_folders.ts", "host_open.ts", "spill_files.ts"]);
});

/** Takes Deno's lazy globals away, and says which of them were asked for. */
const TRAPS = `
const asked = new Set();
const LAZY = [
  ...["setTimeout", "setInterval"],
  ...["Response", "ReadableStream", "fetch"],
];
for (const name of LAZY) {
  const found = Object.getOwnPropertyDescriptor(globalThis, name);
  const value = found.get ? undefined : found.value;
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get() {
      asked.add(name);
      return value ?? found.get.call(globalThis);
    },
  });
}
const { runCli } = await import("${ROOT}src/cli/run_cli.ts");
const { DenoTerminal } = await import("${ROOT}src/cli/deno_terminal.ts");
const code = await runCli(Deno.args, new DenoTerminal());
console.log(JSON.stringify([code, ...asked]));
Deno.exit();
`;

Deno.test("`tool-runner.ts call` asks for nothing that loads Node's or fetch's code", async () => {
  const program = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(program, TRAPS);
    const config = new URL("deno.json", ROOT).pathname;
    const out = await run(["--config", config, "-A", program, ...CALL]);
    assertEquals(out, '{"text":"hi"}\n[0]\n');
  } finally {
    await Deno.remove(program);
  }
});
