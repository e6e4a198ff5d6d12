import { assertEquals } from "@std/assert";
import { GuestReports } from "../../../src/adapters/mcp/guest_reports.ts";

async function read(...pieces: string[]): Promise<unknown[]> {
  const told: unknown[] = [];
  const note = (...what: unknown[]) => {
    told.push(what.length === 1 ? what[0] : what);
    return Promise.resolve();
  };
  const reports = new GuestReports({ progress: note, log: note });
  for (const piece of pieces) {
    await reports.write(new TextEncoder().encode(piece));
  }
  await reports.end();
  return told;
}

Deno.test("GuestReports reads lines however they come", async () => {
  assertEquals(await read("one\ntw", "o\n", "\n", "three"), [
    ["info", "one"],
    ["info", "two"],
    ["info", "three"],
  ]);
});

Deno.test("GuestReports tells progress that grows, and levels that exist", async () => {
  assertEquals(
    await read(
      '{"progress":1}\n{"progress":1}\n{"progress":2,"total":"x"}\n{"progress":1e999}\n',
      '{"level":"error","message":"m"}\n{"level":"loud","message":"m"}\n{"level"\n',
    ),
    [
      { progress: 1 },
      { progress: 2 },
      ["info", '{"progress":1e999}'],
      ["error", "m"],
      ["info", '{"level":"loud","message":"m"}'],
      ["info", '{"level"'],
    ],
  );
});

Deno.test("GuestReports cuts what is long and drops what is too much", async () => {
  const [[, line]] = await read("x".repeat(100_000)) as [[string, string]];
  assertEquals(line.length, 8_192);
  assertEquals((await read("a\n".repeat(5_000))).length, 1_000);
});
