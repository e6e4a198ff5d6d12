import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  Busy,
  CompilationFailed,
  ExecutionFailed,
  FuelExhausted,
  MemoryLimitExceeded,
  PermissionDenied,
  SandboxClosed,
  TimeoutExceeded,
  WorkerLost,
} from "../../mod.ts";
import { type Outcome, tell } from "../../src/cli/outcome.ts";
import { Interrupted, OutputClosed } from "../../src/cli/terminal.ts";
import { UsageError } from "../../src/cli/usage_error.ts";
import { noRecord } from "../../src/tool/call_record.ts";
import { succeeded } from "../../src/tool/call_result.ts";
import { FakeTerminal } from "./fake_terminal.ts";

/** Every error and the exit code that it must have. */
const EXIT_CODES: [error: unknown, code: number][] = [
  [new TypeError("a bug"), 1],
  ["thrown text", 1],
  [new UsageError("wrong"), 2],
  [new CompilationFailed("no module"), 121],
  [new ExecutionFailed("trapped"), 122],
  [new Busy(1), 122],
  [new WorkerLost("lost"), 122],
  [new SandboxClosed("closed"), 122],
  [new MemoryLimitExceeded(65_536), 123],
  [new TimeoutExceeded(1_000), 124],
  [new FuelExhausted(10n), 125],
  [new PermissionDenied("no"), 126],
  [new Interrupted(), 130],
  [new OutputClosed(), 141],
];

const { usage: USAGE } = succeeded(undefined, {
  ...noRecord(),
  usage: {
    durationMs: 1.5,
    waitedMs: 0,
    memoryBytes: 65_536,
    peakMemoryBytes: 65_536,
    fuelConsumed: 2n ** 60n,
    restoreMs: 0,
  },
});

async function told(outcome: Outcome, json: boolean) {
  const terminal = new FakeTerminal();
  const code = await tell(outcome, terminal, json);
  const { output, error } = terminal;
  return { code, output, error };
}

Deno.test("tell has one exit code for every failure and says why", async () => {
  for (const [error, code] of EXIT_CODES) {
    const plain = await told({ ok: false, error }, false);
    assertEquals([plain.code, plain.output], [code, ""]);
    assert(/^[A-Z]\w+: .+\n$/.test(plain.error), plain.error);
  }
});

Deno.test("tell prints one JSON object for every failure, and says why", async () => {
  for (const [error, code] of EXIT_CODES) {
    const { output, error: reason } = await told({ ok: false, error }, true);
    const printed = JSON.parse(output);
    assertEquals([printed.ok, printed.error.exitCode], [false, code]);
    assertEquals(`${printed.error.kind}: ${printed.error.message}\n`, reason);
  }
});

Deno.test("tell prints the value alone on standard output", async () => {
  const outcome = {
    ok: true,
    value: { a: [1] },
    usage: USAGE,
    stdout: "said\u001b[0m",
    stderr: "warned\n",
  };
  assertEquals(await told(outcome, false), {
    code: 0,
    output: '{"a":[1]}\n',
    error: "said\\u001b[0m\nwarned\n",
  });
});

Deno.test("tell prints value, usage and streams as one object with --json", async () => {
  const outcome = {
    ok: true,
    value: 1,
    usage: USAGE,
    stdout: "o",
    stderr: "e",
  };
  const { output, error } = await told(outcome, true);
  assertEquals(JSON.parse(output), {
    ok: true,
    value: 1,
    usage: { ...USAGE, fuelConsumed: "1152921504606846976" },
    stdout: "o",
    stderr: "e",
  });
  assertEquals(error, "");
});

Deno.test("tell passes a program's exit code on, in the byte that there is", async () => {
  const codes = { 0: 0, 7: 7, 255: 255, 256: 1, 263: 7, 4294967295: 255 };
  for (const [exitCode, code] of Object.entries(codes)) {
    const outcome = { ok: true, exitCode: Number(exitCode), text: "" };
    assertEquals(await told(outcome, false), { code, output: "", error: "" });
    const asJson = await told({ ...outcome, stdout: "o" }, true);
    assertEquals([asJson.code, asJson.error], [code, ""]);
    assertEquals(JSON.parse(asJson.output), {
      ok: true,
      exitCode: Number(exitCode),
      usage: null,
      stdout: "o",
    });
  }
});

Deno.test("tell prints the limits of an error with --json", async () => {
  const error = new FuelExhausted(10n, 12n);
  const { output } = await told({ ok: false, error }, true);
  assertEquals(JSON.parse(output), {
    ok: false,
    error: {
      kind: "FuelExhausted",
      message: error.message,
      exitCode: 125,
      fuelLimit: "10",
      fuelConsumed: "12",
    },
    usage: null,
  });
});

Deno.test("tell never sends what a guest says to the terminal as it is", async () => {
  const error = new ExecutionFailed("\u001b]0;owned\u0007\u009b2J\nforged: ok");
  const plain = await told({ ok: false, error }, false);
  assertEquals(
    plain.error,
    "ExecutionFailed: \\u001b]0;owned\\u0007\\u009b2J\\u000aforged: ok\n",
  );
  const { output } = await told({ ok: true, value: "\u009b2J\u202e" }, false);
  assertEquals(output, '"\\u009b2J\\u202e"\n');
});

Deno.test("tell names refused files where the call failed, the last ones", async () => {
  const denied = Array.from({ length: 9 }, (_, at) => ({
    path: `/data/\u001b[2J${at}`,
    url: "file:///data",
    operation: "read" as const,
    reason: "no such grant" as const,
    count: 1,
  }));
  const told = async (exitCode: number) => {
    const terminal = new FakeTerminal();
    await tell({ ok: true, text: "", exitCode, denied }, terminal, false);
    return terminal.error;
  };
  assertEquals(await told(0), "");
  const text = await told(1);
  assertEquals(text.split("\n").length, 6);
  assertStringIncludes(
    text,
    'Refused to read "/data/\\u001b[2J8": no such grant\n',
  );
});
