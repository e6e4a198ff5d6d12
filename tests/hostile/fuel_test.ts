import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  FuelExhausted,
  SandboxConfig,
  SandboxedTool,
  ToolSandbox,
} from "../../mod.ts";
import { hostileCases } from "./hostile_case.ts";

const FUEL = 100_000n;
/** More than the longest straight stretch of these fixtures. */
const STRETCH = 2_000n;

const RUNAWAYS = hostileCases(
  "loop_",
  "tail_calls",
  "swallow_",
  "recursion_exponential",
)
  .filter(({ outcome }) => outcome === "TimeoutExceeded");

for (const { name, wasm } of RUNAWAYS) {
  Deno.test(`A runaway ends when its fuel is used up: ${name}`, async () => {
    const config = SandboxConfig.builder().maxFuel(FUEL).build();
    await using sandbox = new ToolSandbox(config);
    const module = await sandbox.loadModule(wasm);
    for (let call = 0; call < 2; call++) {
      const error = await SandboxedTool.create(sandbox, module)
        .then((tool) => tool.execute({}))
        .then(() => undefined, (error) => error);
      assertInstanceOf(error, FuelExhausted);
      assertEquals(error.kind, "FuelExhausted");
      assertEquals(error.fuelLimit, FUEL);
      assert(error.fuelConsumed >= FUEL, `${error.fuelConsumed}`);
      assert(error.fuelConsumed < FUEL + STRETCH, `${error.fuelConsumed}`);
    }
    assertEquals(sandbox.lostWorkers, 0);
  });
}

Deno.test("A call that completes says what it consumed, as wasmtime would", async () => {
  const config = SandboxConfig.builder().maxFuel(1000).build();
  await using tool = await SandboxedTool.load(
    "fixtures/tools/echo.wasm",
    config,
  );
  // Entering the function, and two operators.
  for (const args of [1, "two", { three: 3 }]) {
    const { usage } = await tool.call(args);
    assertEquals(usage.fuelConsumed, 3n);
  }
});

Deno.test("Without a limit no fuel is counted", async () => {
  await using tool = await SandboxedTool.load("fixtures/tools/echo.wasm");
  const { usage } = await tool.call(1);
  assertEquals(usage.fuelConsumed, undefined);
});
