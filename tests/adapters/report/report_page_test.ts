import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type LoggedCall,
  readCallLog,
  reportPage,
} from "../../../src/adapters/report/mod.ts";

const CALL: LoggedCall = {
  tool: "greet",
  endedAt: Date.parse("2026-11-25T08:00:00Z"),
  ok: true,
  durationMs: 5,
  waitedMs: 0,
  peakMemoryBytes: 65_536,
  fuelConsumed: null,
  denied: [],
  changes: [],
};

const HOSTILE = `</title><script>alert(1)</script>"'&\u202e\u001b[31m`;

Deno.test("A page of no calls says so", () => {
  assertStringIncludes(reportPage([]), "No call was logged.");
});

Deno.test("Words of a guest are text, wherever they stand", () => {
  const page = reportPage([{
    ...CALL,
    tool: HOSTILE,
    ok: false,
    kind: HOSTILE,
    message: HOSTILE,
    denied: [HOSTILE],
    changes: [HOSTILE],
  }], { title: HOSTILE });
  assertEquals(page.match(/<script/g), null);
  assertEquals(page.match(/<\/title>.*<\/title>/g), null);
  // deno-lint-ignore no-control-regex -- they must not be there
  assertEquals(page.match(/[\u001b\u202e]/g), null);
  assertStringIncludes(page, "&lt;script&gt;alert(1)&lt;/script&gt;");
});

Deno.test("A page asks nobody for anything, and may not", () => {
  const page = reportPage([CALL]);
  assertEquals(page.match(/(?:\ssrc|href|url\(|@import|https?:)/g), null);
  assertStringIncludes(page, "default-src 'none'; style-src 'unsafe-inline'");
});

Deno.test("A page tells failures, refusals, changes and fuel", () => {
  const page = reportPage([
    { ...CALL, fuelConsumed: "1234567" },
    {
      ...CALL,
      endedAt: CALL.endedAt + 60_000,
      ok: false,
      kind: "TimeoutExceeded",
      message: "Execution time limit of 2000 ms exceeded",
      durationMs: 2_000,
      denied: ["https://evil.example/: not granted"],
      changes: ["removed /work/a.txt"],
    },
  ]);
  for (
    const text of [
      "1\u202f234\u202f567",
      "Execution time limit of 2000 ms exceeded",
      "https://evil.example/: not granted",
      "removed /work/a.txt",
      "2 calls in 120 intervals, 1 of them failed",
    ]
  ) assertStringIncludes(page, text);
});

Deno.test("A page of 200,000 calls is made in one chart and stays small", () => {
  const calls = Array.from({ length: 200_000 }, (_, i): LoggedCall => ({
    ...CALL,
    tool: `tool ${i}`,
    endedAt: CALL.endedAt + i,
    ok: i % 2 === 0,
    kind: `kind ${i}`,
    denied: [`host ${i}`],
  }));
  const page = reportPage(calls);
  assertStringIncludes(page, "and 199\u202f950 more");
  assert(page.length < 200_000, `${page.length} characters`);
});

Deno.test("Lines of a log that are none are counted and left out", () => {
  const line = JSON.stringify(CALL);
  const bad = [
    "junk",
    "[]",
    "null",
    JSON.stringify({ ...CALL, endedAt: 1e300 }),
    JSON.stringify({ ...CALL, durationMs: -1 }),
    JSON.stringify({ ...CALL, durationMs: 1e308 }),
    JSON.stringify({ ...CALL, tool: 5 }),
    JSON.stringify({ ...CALL, peakMemoryBytes: null }),
  ];
  const { calls, unreadable } = readCallLog(
    [line, "", ...bad, line].join("\n"),
  );
  assertEquals(calls, [CALL, CALL]);
  assertEquals(unreadable, bad.length);
});

Deno.test("What a log says is cut", () => {
  const long = "x".repeat(100_000);
  const { calls: [call] } = readCallLog(JSON.stringify({
    ...CALL,
    tool: long,
    message: long,
    kind: long,
    fuelConsumed: "9".repeat(100_000),
    denied: Array(1_000).fill(long),
    changes: [5, long],
  }));
  assert(JSON.stringify(call).length < 12_000);
  assertEquals(call!.fuelConsumed, null);
});

Deno.test("The largest amounts that a log may hold are numbers in the page", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const call = { ...CALL, durationMs: most, waitedMs: most };
  const line = JSON.stringify({ ...call, peakMemoryBytes: most });
  const page = reportPage(readCallLog(`${line}\n${line}`).calls);
  assertEquals(page.match(/NaN|Infinity|undefined/), null);
});
