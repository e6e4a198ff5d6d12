import { assert, assertEquals } from "@std/assert";
import {
  codeMode,
  type CodeResult,
} from "../../../src/adapters/code_mode/mod.ts";

function valueOf(result: CodeResult): unknown {
  if (!result.ok) throw result.error;
  return result.value;
}

Deno.test("A session keeps the state of its programs, and others see none of it", async () => {
  await using mode = codeMode({ tools: { add: ({ a, b }) => a + b } });
  await using session = await mode.session();
  await using other = await mode.session();
  valueOf(await session.run("let sum = await tools.add({ a: 1, b: 2 })"));
  valueOf(await session.run("const twice = (n: number) => 2 * n"));
  assertEquals(valueOf(await session.run("twice(sum)")), 6);
  assertEquals(valueOf(await session.run("return sum += 1")), 4);
  assertEquals(valueOf(await other.run("typeof sum")), "undefined");
  assertEquals(valueOf(await mode.run("typeof sum")), "undefined");
});

Deno.test("An error leaves a session as it is, and a limit ends it", async () => {
  await using mode = codeMode({ tools: {} });
  await using session = await mode.session();
  valueOf(await session.run("let kept = 7"));
  const thrown = await session.run("kept = 8; throw new Error('no')");
  assert(!thrown.ok);
  assertEquals(valueOf(await session.run("kept")), 8);
  const endless = await session.run("for (;;);", { timeout: 100 });
  assertEquals(!endless.ok && endless.error.kind, "TimeoutExceeded");
  const after = await session.run("kept");
  assertEquals(!after.ok && after.error.kind, "SandboxClosed");
  assert(session.ended !== undefined);
});

Deno.test("A call that a program left behind is over for the next one", async () => {
  await using mode = codeMode({
    tools: { never: () => new Promise(() => {}) },
  });
  await using session = await mode.session();
  const left = await session.run(
    "globalThis.left = tools.never({}); await null; setTimeout(() => {}, 1); await new Promise((r) => setTimeout(r, 5)); return 1",
  );
  assertEquals(valueOf(left), 1);
  assertEquals(left.calls.map(({ outcome }) => outcome), ["stopped"]);
  const next = await session.run(
    "return await left.catch(({ message }) => message)",
  );
  assertEquals(valueOf(next), "The program ended first");
});

Deno.test("What a program began and did not await does not go on in the next one", async () => {
  const called: string[] = [];
  await using mode = codeMode({
    tools: {
      note: ({ text }) => void called.push(text),
      slow: () => new Promise((done) => setTimeout(() => done("slow"), 20)),
    },
  });
  await using session = await mode.session();
  const first = await session.run(`
    setInterval(() => tools.note({ text: "timer" }), 1);
    const goesOn = async () => {
      await tools.slow({}).catch(() => console.log("told"));
      setTimeout(() => tools.note({ text: "later" }), 1);
      await tools.note({ text: "call" });
      console.log("never");
    };
    goesOn();
    await new Promise((done) => setTimeout(done, 5));
    throw new Error("thrown");
  `);
  assert(!first.ok);
  assertEquals(first.stdout, "told\n");
  const before = called.length;
  assert(called.every((text) => text === "timer"));
  const second = await session.run(
    "await new Promise((done) => setTimeout(done, 60)); return await tools.slow({})",
  );
  assertEquals(valueOf(second), "slow");
  assertEquals(second.stdout, "");
  assertEquals(second.calls.map(({ name }) => name), ["slow"]);
  assertEquals(called.length, before);
});
