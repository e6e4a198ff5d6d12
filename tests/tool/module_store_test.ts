import { assert, assertEquals, assertRejects } from "@std/assert";
import { SandboxClosed, ToolSandbox } from "../../mod.ts";
import { preparingThreads } from "../../src/tool/preparing/preparing_threads.ts";
import { sampleOf } from "../../src/tool/byte_sample.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";
import { keptGuest } from "./prepared_cache/kept_guest.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const READ = `--allow-read=${ROOT}src`;

/** Modules of one length that differ, too large to be prepared at once. */
function module(number: number): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const type = builder.type([], ["i32"]);
  return builder.func(type, `i32.const ${number}`)
    .export("f", "function", 0)
    .custom("noise", new Uint8Array(20_000).fill(number))
    .build();
}

Deno.test("ToolSandbox.loadModule compiles the same bytes once, however they come", async () => {
  await using sandbox = new ToolSandbox();
  const loaded = await Promise.all(
    [1, 2, 1, 2, 1].map((number) => sandbox.loadModule(module(number))),
  );
  loaded.push(await sandbox.loadModule(module(1)));
  assertEquals(new Set(loaded).size, 2);
  for (const [index, number] of [1, 2].entries()) {
    const answer = await sandbox.execute(loaded[index]!, "f");
    assertEquals(answer[0], number);
  }
});

Deno.test("ToolSandbox.loadModule tells large modules apart that look alike", async () => {
  await using sandbox = new ToolSandbox();
  const [one, two] = [keptGuest(1), keptGuest(2)];
  assertEquals(one.length, two.length);
  assertEquals(sampleOf(one), sampleOf(two));
  const order = [one, two, one, two];
  const loaded = await Promise.all(
    order.map((bytes) => sandbox.loadModule(bytes.slice())),
  );
  loaded.push(await sandbox.loadModule(one), await sandbox.loadModule(two));
  assertEquals(new Set(loaded).size, 2);
  for (const [index, answer] of [1, 2, 1, 2, 1, 2].entries()) {
    const result = await sandbox.execute(loaded[index]!, "answer");
    assertEquals(result[0], answer);
  }
});

Deno.test("ToolSandbox.loadModule takes no notice of what becomes of the bytes", async () => {
  await using sandbox = new ToolSandbox();
  const bytes = module(3);
  const loading = sandbox.loadModule(bytes);
  bytes.fill(0);
  assertEquals((await loading).exports, ["f"]);
  assertEquals(bytes.length > 0, true);
});

Deno.test("ToolSandbox.loadModule rejects when the sandbox closes meanwhile", async () => {
  const sandbox = new ToolSandbox();
  const loading = [4, 5].map((number) =>
    assertRejects(() => sandbox.loadModule(module(number)), SandboxClosed)
  );
  await sandbox.close();
  await Promise.all(loading);
  assertEquals(preparingThreads.size, 0);
});

Deno.test("A process that forgets a sandbox while it loads ends by itself", async () => {
  const program = `
    import { ToolSandbox } from "./mod.ts";
    const bytes = Uint8Array.from(${JSON.stringify([...module(6)])});
    const sandbox = new ToolSandbox();
    await sandbox.loadModule(bytes);
    sandbox.loadModule(bytes.slice());
    console.log("end");`;
  const child = new Deno.Command(Deno.execPath(), {
    // The modules of this checkout are read by workers, and nothing else.
    args: ["run", "--no-prompt", "--unstable-worker-options", READ, "-"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  assert(new TextDecoder().decode(stdout).includes("end"));
});
