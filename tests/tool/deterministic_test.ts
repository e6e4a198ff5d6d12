import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { type CallOptions, ToolSandbox } from "../../mod.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Answers 8 random bytes as a number, from as many calls. */
function randomModule(): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const random = builder.type(["i32", "i32"], ["i32"]);
  const type = builder.type([], ["i64"]);
  const calls = Array.from(
    { length: 8 },
    (_, i) => `i32.const ${i} i32.const 1 call 0 drop`,
  );
  return builder.importFunction("wasi_snapshot_preview1", "random_get", random)
    .memory(1)
    .func(type, `${calls.join(" ")} i32.const 0 i64.load 0 0 0`)
    .export("memory", "memory", 0)
    .export("random", "function", 1)
    .build();
}

Deno.test("The same clock and seed give the same bytes for the same fuel", async () => {
  const outputs: unknown[] = [];
  for (let run = 0; run < 2; run++) {
    await using sandbox = new ToolSandbox({
      maxFuel: 10_000_000,
      deterministic: { now: new Date(NOW), seed: 7 },
    });
    const module = await sandbox.loadModule(
      new URL("wasi/environment.wasm", FIXTURES),
    );
    const { stdout, usage } = await sandbox.run(module);
    const random = await sandbox.loadModule(randomModule());
    const numbers = await sandbox.execute(random, "random", []);
    outputs.push([stdout, usage.fuelConsumed, numbers]);
    assert(stdout.includes(`realtime ${NOW / 1000}.0`), stdout);
  }
  assertEquals(outputs[0], outputs[1]);
});

Deno.test("A call has its own clock and seed where it says so", async () => {
  await using sandbox = new ToolSandbox();
  const random = await sandbox.loadModule(randomModule());
  const draw = async (deterministic?: CallOptions["deterministic"]) =>
    (await sandbox.execute(random, "random", [], { deterministic }))[0];
  const seeds = [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER];
  const drawn = await Promise.all(seeds.map((seed) => draw({ seed })));
  assertEquals(new Set(drawn).size, seeds.length);
  assertEquals(await draw({ seed: 1 }), drawn[1]);
  assertNotEquals(await draw(), await draw());
});

Deno.test("Waiting takes no time on a clock that does not run, and moves it on", async () => {
  await using sandbox = new ToolSandbox({ deterministic: {} });
  const module = await sandbox.loadModule(
    new URL("wasi/sleep.wasm", FIXTURES),
  );
  const result = await sandbox.run(module, { args: ["3600000"] });
  assertEquals([result.ok, result.exitCode], [true, 0]);
});

Deno.test("An impossible clock or seed is refused", () => {
  const wrong: NonNullable<CallOptions["deterministic"]>[] = [
    { now: -1 },
    { now: NaN },
    { now: new Date(NaN) },
    { seed: 0.5 },
    { seed: -1 },
    // deno-lint-ignore no-explicit-any -- what types forbid
    { sed: 1 } as any,
  ];
  for (const deterministic of wrong) {
    assertThrows(() => new ToolSandbox({ deterministic }), Error, "Cannot set");
  }
});
