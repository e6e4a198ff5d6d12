import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { isHeld, type Results, summary, table } from "./report.ts";
import type { CaseResult } from "./run_case.ts";

const BOUNDS = { timeoutMs: 1_000, memoryBytes: 64 * 1_048_576 };
const HELD: CaseResult = {
  ended: "error",
  text: "Time is over",
  ms: 1_003,
  cpuAfterMs: 10,
  memoryMiB: 12.3,
  escaped: false,
  works: true,
};

Deno.test("An attack is held where it ended in time, and left nothing", () => {
  assertEquals(isHeld(HELD, BOUNDS), true);
  const faults: Partial<CaseResult>[] = [
    { ended: "silent" },
    { ended: "crashed" },
    { ms: 2_100 },
    { cpuAfterMs: 900 },
    { escaped: true },
    { works: false },
    { memoryMiB: 400 },
  ];
  for (const fault of faults) {
    assertEquals(isHeld({ ...HELD, ...fault }, BOUNDS), false);
  }
});

Deno.test("Attacks are rows, packages are columns, and are summed up", () => {
  const burning = { ...HELD, cpuAfterMs: 1_660, ended: "silent" } as const;
  const results = { "a loop": { ours: HELD, theirs: burning } };
  assertEquals(
    table(results).split("\n")[2],
    "| a loop | error, 1003 ms, then 10 ms, 12 MiB | silent, 1003 ms, then 1660 ms, 12 MiB |",
  );
  const text = summary(results, BOUNDS);
  assertStringIncludes(text, "| ours | 1 of 1 | 0 | 0 | 0 | 0 | 0 | 0 | 12 |");
  assertStringIncludes(
    text,
    "| theirs | 0 of 1 | 1 | 1 | 0 | 0 | 0 | 0 | 12 |",
  );
});

for (
  const [family, least] of Object.entries({
    javascript: 40,
    modules: 20,
    python: 12,
  })
) {
  Deno.test(`The recorded table of ${family} is that of the recorded results, and this package holds every attack`, async () => {
    const read = (name: string) =>
      Deno.readTextFile(new URL(`./${family}/${name}`, import.meta.url));
    const { bounds, results } = JSON.parse(await read("recorded.json"));
    assert(Object.keys(results).length >= least);
    const text = `${summary(results, bounds)}\n${table(results)}`;
    assertEquals(await read("recorded.md"), text);
    const missed = Object.entries(results as Results).filter(([, row]) => {
      const [, own] = Object.entries(row)
        .find(([name]) => name.startsWith("@cortexai/sandbox"))!;
      return !isHeld(own, bounds);
    });
    assertEquals(missed.map(([attack]) => attack), []);
  });
}
