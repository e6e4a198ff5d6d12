import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CompilationFailed,
  ExecutionFailed,
  type ModuleSource,
  ToolSandbox,
} from "../../mod.ts";

const NUMERIC = new URL("../../fixtures/numeric/numeric.wasm", import.meta.url);
const bytes = await Deno.readFile(NUMERIC);
const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

Deno.test("A module comes as bytes, buffer, blob, response or stream", async () => {
  await using sandbox = new ToolSandbox();
  const sources: ModuleSource[] = [
    bytes,
    bytes.slice().buffer,
    new Blob([bytes]),
    new Response(bytes),
    new Blob([bytes]).stream(),
    NUMERIC,
    NUMERIC.href,
  ];
  for (const source of sources) {
    const module = await sandbox.loadModule(source);
    assertEquals(module.sha256, hash.toHex());
    assertEquals(await sandbox.execute(module, "add", [2, 3]), [5]);
  }
});

Deno.test("A module's hash can be asked for", async () => {
  await using sandbox = new ToolSandbox();
  for (const integrity of [hash.toBase64(), hash.toHex()]) {
    const options = { integrity: `sha256-${integrity}` };
    assert(await sandbox.loadModule(bytes, options));
  }
  const other = `sha256-${new Uint8Array(32).toBase64()}`;
  await assertRejects(
    () => sandbox.loadModule(bytes, { integrity: other }),
    CompilationFailed,
    `its SHA-256 is ${hash.toHex()}, integrity asks for ${"0".repeat(64)}`,
  );
  await assertRejects(
    () => sandbox.loadModule(bytes, { integrity: "md5-x" }),
    TypeError,
    "Cannot set integrity",
  );
});

Deno.test("A source that is too long or too slow is let go", async () => {
  await using sandbox = new ToolSandbox();
  const limit = { maxBytes: 100 };
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(64)),
    });
  for (const source of [bytes, NUMERIC, endless(), new Response(endless())]) {
    await assertRejects(
      () => sandbox.loadModule(source, limit),
      CompilationFailed,
      "limit is 100",
    );
  }
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(new ReadableStream()),
  );
  const url = `http://127.0.0.1:${server.addr.port}/x.wasm`;
  await assertRejects(
    () => sandbox.loadModule(url, { downloadTimeout: 100 }),
    Error,
    "was not read within 100 ms",
  );
  const { signal } = new AbortController();
  await assertRejects(
    () =>
      sandbox.loadModule(url, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(50)]),
      }),
    DOMException,
    "aborted due to timeout",
  );
});

Deno.test("A module that was unloaded can't be called, and can be loaded again", async () => {
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(bytes);
  assertEquals(await sandbox.execute(module, "add", [1, 1]), [2]);
  sandbox.unloadModule(module);
  await assertRejects(
    () => sandbox.execute(module, "add", [1, 1]),
    ExecutionFailed,
    "has unloaded it",
  );
  const again = await sandbox.loadModule(bytes);
  assertEquals(await sandbox.execute(again, "add", [1, 1]), [2]);
});
