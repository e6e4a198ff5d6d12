import { assert, assertEquals } from "@std/assert";
import {
  type AnySandboxError,
  Busy,
  type CallResult,
  CompilationFailed,
  ExecutionFailed,
  FuelExhausted,
  InvalidArguments,
  type JsonValue,
  MemoryLimitExceeded,
  PermissionDenied,
  SandboxClosed,
  ScriptFailed,
  TimeoutExceeded,
  UnknownTool,
  WorkerLost,
} from "../../../mod.ts";
import { noRecord } from "../../../src/tool/call_record.ts";
import { failed, succeeded } from "../../../src/tool/call_result.ts";
import {
  readResult,
  writeResult,
} from "../../../src/adapters/nats/wire_result.ts";

const ASKED = { tool: "echo", timeoutMs: 5_000 };
const RAN = { waitedMs: 0, isBudget: false };

async function overTheWire(
  result: CallResult<JsonValue>,
  ran: { waitedMs: number; isBudget: boolean } = RAN,
): Promise<CallResult<JsonValue>> {
  return await readResult(writeResult(result, ran), ASKED);
}

Deno.test("Every error is the same by kind, message and details on the other side", async () => {
  const issue = {
    path: ["a", 1],
    expected: "a string",
    got: "1",
    message: "a is not a string",
  };
  const errors: AnySandboxError[] = [
    new CompilationFailed("bad", 7),
    new CompilationFailed("bad"),
    new ExecutionFailed("trap"),
    new ScriptFailed({
      thrownName: "RangeError",
      thrownMessage: "no",
      scriptStack: "at x",
      position: { file: "a.js", line: 1, column: 2 },
      hostFunction: undefined,
    }),
    new MemoryLimitExceeded(65_536),
    new MemoryLimitExceeded(65_536, "Cannot grow"),
    new TimeoutExceeded(7),
    new FuelExhausted(10n, 12n),
    new PermissionDenied("no"),
    new InvalidArguments("echo", [issue]),
    new UnknownTool("none"),
    new Busy(9),
    new Busy(9, "full"),
    new WorkerLost("lost"),
    new SandboxClosed("closed"),
  ];
  for (const error of errors) {
    const there = await overTheWire(failed(error, noRecord()));
    assert(!there.ok);
    assertEquals(there.error.constructor, error.constructor);
    assertEquals(there.error.toJSON(), error.toJSON());
    assertEquals(there.error.name, error.name);
  }
});

Deno.test("A result keeps its value, files, output and what it used", async () => {
  const record = {
    ...noRecord(),
    usage: {
      durationMs: 1.5,
      waitedMs: 2,
      memoryBytes: 3,
      peakMemoryBytes: 4,
      fuelConsumed: 5n,
      restoreMs: 6,
    },
    stdout: "out",
    stderr: "err",
    isOutputCut: true,
    files: {
      "/work": { "a.txt": new Uint8Array([1, 2]), "b": new Uint8Array() },
      "/tmp": { "c/d": new Uint8Array([3]) },
    },
    denied: [{ url: "http://x", reason: "no" }],
    hostCalls: [{
      name: "ask",
      durationMs: 1,
      argumentBytes: 2,
      answerBytes: 3,
      outcome: "answered" as const,
    }],
    hostCallCount: 1,
  };
  const value = { a: [1, null, "é"] };
  const there = await overTheWire(succeeded(value, record), {
    waitedMs: 10,
    isBudget: false,
  });
  assert(there.ok);
  assertEquals(there.value, value);
  assertEquals({ ...there.usage }, { ...record.usage, waitedMs: 12 });
  assertEquals(there.files, record.files);
  assertEquals(there.file("/work/a.txt"), new Uint8Array([1, 2]));
  for (
    const member of [
      "stdout",
      "stderr",
      "isOutputCut",
      "denied",
      "hostCalls",
      "hostCallCount",
    ] as const
  ) assertEquals(there[member], record[member]);
});

Deno.test("Refused and removed files are told as they are here", async () => {
  const denied = [
    { url: "http://x", reason: "no" },
    {
      url: "file:///data/in.csv",
      path: "/data/in.csv",
      operation: "read" as const,
      reason: "no such grant" as const,
      count: 3,
    },
  ];
  const removed = ["/work/old.txt"];
  const record = { ...noRecord(), denied, removed };
  const there = await overTheWire(succeeded(null, record));
  assertEquals(there.denied, denied);
  assertEquals(there.removed, removed);
});

Deno.test("A caller is told the time that it gave, and not what was left of it", async () => {
  const left = failed(new TimeoutExceeded(4_321), noRecord());
  const there = await overTheWire(left, { waitedMs: 0, isBudget: true });
  assert(!there.ok && there.error instanceof TimeoutExceeded);
  assertEquals(there.error.limitMs, 5_000);
});

Deno.test("A value may be as deep as one that stays here, and no deeper", async () => {
  const nested = (levels: number): JsonValue => {
    let value: JsonValue = 1;
    for (let i = 0; i < levels; i++) value = [value];
    return value;
  };
  const there = await overTheWire(succeeded(nested(512), noRecord()));
  assert(there.ok);
  assertEquals(JSON.stringify(there.value), JSON.stringify(nested(512)));
  for (const levels of [513, 100_000]) {
    const refused = await overTheWire(succeeded(nested(levels), noRecord()));
    assert(!refused.ok && refused.error.kind === "ExecutionFailed");
  }
});

Deno.test("readResult takes any bytes", async () => {
  const good = writeResult(succeeded({ a: 1 }, noRecord()), RAN);
  for (let i = 0; i < 5_000; i++) {
    const bytes = good.slice();
    for (let j = 0; j <= i % 4; j++) {
      bytes[Math.floor(Math.random() * bytes.length)] = Math.random() * 256;
    }
    const cut = bytes.subarray(0, i % 3 === 0 ? i % bytes.length : undefined);
    const result = await readResult(cut, ASKED);
    assert(result.ok || result.error.kind === "ExecutionFailed");
  }
});
