import {
  assert,
  assertEquals,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import process from "node:process";
import {
  type CodeMode,
  codeMode,
  type CodeResult,
} from "../../src/adapters/code_mode/mod.ts";
import {
  HOSTILE_PROGRAMS,
  type HostileProgram,
} from "./javascript_programs.ts";

const LIMIT_MS = 400;
/** For what ends by itself, however busy the machine. */
const PATIENT_MS = 20_000;
/** A busy machine is late; one that can't be stopped never comes. */
const LATE_MS = 3_000;

Deno.test("Hostile programs end as they should, in time, and the box is as good as before", async (t) => {
  await using mode = hostileMode();
  await mode.warm();
  assertEquals((await mode.run("return 1 + 1")).ok, true);
  for (const one of HOSTILE_PROGRAMS) {
    await t.step(one.name, async () => {
      const isEndless = ["TimeoutExceeded", "any"].includes(one.ends);
      const timeout = isEndless ? LIMIT_MS : PATIENT_MS;
      const started = performance.now();
      const result = await mode.run(one.code, { timeout });
      assertLess(performance.now() - started, timeout + LATE_MS);
      checkEnd(one, result);
      const next = await mode.run("return await tools.add({ a: 20, b: 22 })");
      assertEquals(next.ok && next.value, 42);
    });
  }
});

Deno.test("A second after hostile programs nothing of them runs", async () => {
  await using mode = hostileMode();
  await mode.warm();
  const endless = HOSTILE_PROGRAMS
    .filter(({ ends }) => ends === "TimeoutExceeded");
  assert(endless.length > 20);
  for (let at = 0; at < endless.length; at += 4) {
    await Promise.all(
      endless.slice(at, at + 4)
        .map(({ code }) => mode.run(code, { timeout: 100 })),
    );
  }
  await pause(1_000);
  const before = process.cpuUsage();
  await pause(1_000);
  const { user, system } = process.cpuUsage(before);
  assertLess((user + system) / 1_000, 100);
});

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

function checkEnd({ ends, says }: HostileProgram, result: CodeResult): void {
  const seen = result.ok
    ? String(JSON.stringify(result.value))
    : `${result.error.kind}: ${result.error.message}`;
  if (ends === "value") assert(result.ok, seen);
  else if (ends !== "any") {
    assert(!result.ok, seen);
    assertEquals(result.error.kind, ends, seen);
  }
  if (says !== undefined) assertStringIncludes(seen, says);
  assertLess(seen.length, 10_000);
}

function hostileMode(): CodeMode {
  const mode: CodeMode = codeMode({
    tools: {
      add: ({ a, b }) => a + b,
      keys: (args) => Object.keys(args).join(),
      never: () => new Promise(() => {}),
      fails: () => {
        throw new Error("no such city");
      },
      failsOddly: () => {
        throw { toString: undefined };
      },
      much: () => "x".repeat(8_000_000),
      again: async ({ code }) => {
        const result = await mode.run(code, { timeout: LIMIT_MS });
        return result.ok ? result.value : result.error.kind;
      },
    },
    config: { maxMemoryBytes: 32 * 1024 * 1024, maxWorkers: 4 },
  });
  return mode;
}
