import { assert, assertEquals, assertRejects } from "@std/assert";
import { type LoadProgress, SandboxedTool, ToolSandbox } from "../../mod.ts";

const MODULE = new URL(
  "../../fixtures/tools/regex_extract.wasm",
  import.meta.url,
);

Deno.test("loadModule says how far it is, phase by phase", async () => {
  const { size } = Deno.statSync(MODULE);
  const bytes = Deno.readFileSync(MODULE);
  const sources = {
    file: MODULE,
    bytes,
    stream: new Blob([bytes]).stream(),
  };
  for (const [name, source] of Object.entries(sources)) {
    const told: LoadProgress[] = [];
    await using sandbox = new ToolSandbox();
    await sandbox.loadModule(source, {
      onProgress: (progress) => told.push(progress),
    });
    const order = ["reading", "preparing", "compiling"];
    const phases = [...new Set(told.map(({ phase }) => phase))];
    assertEquals(phases, name === "bytes" ? order.slice(1) : order);
    const of = (phase: string) => told.filter((one) => one.phase === phase);
    if (name !== "bytes") assertEquals(of("reading").at(-1)?.doneBytes, size);
    const [first, ...more] = of("preparing");
    assertEquals([first?.doneBytes, first?.totalBytes], [0, size]);
    assert(more.length > 0);
    for (const phase of order) {
      const done = of(phase).map(({ doneBytes }) => doneBytes);
      assertEquals(done, done.toSorted((a, b) => a - b));
    }
    assert(
      told.every(({ doneBytes, totalBytes = Infinity }) =>
        doneBytes <= totalBytes
      ),
    );
  }
});

Deno.test("SandboxedTool.load tells it too", async () => {
  const phases = new Set<string>();
  await using _tool = await SandboxedTool.load(MODULE, {}, {
    onProgress: ({ phase }) => phases.add(phase),
  });
  assertEquals([...phases], ["reading", "preparing", "compiling"]);
});

Deno.test("What onProgress throws is thrown by the load, and by nothing else", async () => {
  await using sandbox = new ToolSandbox();
  let calls = 0;
  const onProgress = () => {
    calls++;
    throw new RangeError("told");
  };
  await assertRejects(
    () => sandbox.loadModule(MODULE, { onProgress }),
    RangeError,
    "told",
  );
  assertEquals(calls, 1);
  await assertRejects(
    () => sandbox.loadModule(MODULE, { onProgress: 1 as never }),
    TypeError,
    "onProgress",
  );
  await sandbox.loadModule(MODULE);
});
