import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { IdleTimer, Timer } from "../src/timer.ts";

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("Timer calls once, when its time has come", async () => {
  const start = performance.now();
  let calls = 0;
  const timer = await new Promise<Timer>((resolve) => {
    const timer = new Timer(50, () => {
      calls++;
      resolve(timer);
    });
  });
  assertGreater(performance.now() - start, 48);
  assertEquals(timer.isOver, true);
  await delay(100);
  assertEquals(calls, 1);
});

Deno.test("Timer.clear takes it back, and Timer.ref sets it again", async () => {
  let calls = 0;
  const cleared = new Timer(30, () => calls++);
  cleared.clear();
  const kept = new Timer(30, () => calls += 10);
  kept.clear();
  kept.ref();
  await delay(100);
  assertEquals([calls, cleared.isOver], [10, true]);
});

Deno.test("IdleTimer calls once, unless it is cleared", async () => {
  let calls = 0;
  new IdleTimer(30, () => calls++);
  new IdleTimer(30, () => calls += 10).clear();
  await delay(200);
  assertEquals(calls, 1);
});

/** How long a process lives that does this and nothing else. */
async function lifetime(code: string): Promise<number> {
  const url = new URL("../src/timer.ts", import.meta.url);
  const program = `import { IdleTimer, Timer } from "${url}";
const start = performance.now();
addEventListener("unload", () => console.log(performance.now() - start));
${code}`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
  }).output();
  return Number(new TextDecoder().decode(stdout));
}

Deno.test("Only a timer that is set keeps the process alive", async () => {
  const MS = 5_000;
  assertGreater(await lifetime("new Timer(300, () => {})"), 290);
  assertLess(await lifetime(`new Timer(${MS}, () => {}).clear()`), MS / 2);
  assertLess(await lifetime(`new IdleTimer(${MS}, () => {})`), MS / 2);
});
