import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type CommandLine,
  parseCommandLine,
  wantsJson,
} from "../../src/cli/command_line.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

type VerbLine = Extract<CommandLine, { kind: "verb" }>;

function parseVerb(...args: string[]): VerbLine {
  const line = parseCommandLine(args);
  assert(line.kind === "verb");
  return line;
}

function assertUsage(args: string[], message: string): void {
  assertThrows(() => parseCommandLine(args), UsageError, message);
}

Deno.test("parseCommandLine takes flags before, between and after operands", () => {
  const lines = [
    ["call", "--max-time", "5s", "--json", "t.wasm", "{}"],
    ["call", "t.wasm", "--max-time=5s", "{}", "--json"],
    ["call", "t.wasm", "{}", "--json", "--max-time", "5s"],
  ];
  for (const line of lines) {
    const { operands, flags } = parseVerb(...line);
    assertEquals(operands, ["t.wasm", "{}"]);
    assertEquals(flags.get("max-time"), ["5s"]);
  }
});

Deno.test("parseCommandLine leaves operands that look like numbers as text", () => {
  const { operands } = parseVerb("call", "1.0", "1e400");
  assertEquals(operands, ["1.0", "1e400"]);
});

Deno.test("parseCommandLine gives switches no operand as their value", () => {
  assertEquals(parseVerb("call", "t", "--json", "true").operands, [
    "t",
    "true",
  ]);
  const { operands, flags } = parseVerb("call", "--allow-net", "t", "{}");
  assertEquals(operands, ["t", "{}"]);
  assertEquals(flags.get("allow-net"), ["*"]);
});

Deno.test("parseCommandLine takes everything after -- as operands", () => {
  const { operands } = parseVerb("call", "t", "--", "-5");
  assertEquals(operands, ["t", "-5"]);
  assertEquals(parseVerb("call", "--", "t", "--json").operands[1], "--json");
  assertEquals(wantsJson(["call", "--", "t", "--json"]), false);
});

Deno.test("parseCommandLine collects what may be repeated", () => {
  const dirs = ["--dir", "a::/a", "--dir=b::/b", "--dir-rw", "c::/c"];
  const { flags } = parseVerb("call", ...dirs, "t", "{}");
  assertEquals(flags.get("dir"), ["a::/a", "b::/b"]);
  assertEquals(flags.get("dir-rw"), ["c::/c"]);
});

Deno.test("parseCommandLine answers --help and --version with any verb or none", () => {
  assertEquals(parseCommandLine(["--help"]), { kind: "help" });
  assertEquals(parseCommandLine(["-h"]), { kind: "help" });
  assertEquals(parseCommandLine(["call", "--help"]), { kind: "help" });
  assertEquals(parseCommandLine(["--version"]), { kind: "version" });
  assertEquals(parseCommandLine(["schema", "-V"]), { kind: "version" });
});

Deno.test("parseCommandLine names the verb that is none", () => {
  assertUsage([], "No verb given, the first argument is one of schema, call");
  assertUsage(["frob"], '"frob" is not a verb');
  assertUsage(["--json", "call"], "--json");
  assertUsage(["__proto__"], '"__proto__" is not a verb');
});

Deno.test("parseCommandLine names the flag that is unknown", () => {
  assertUsage(["call", "t", "{}", "--jsn"], 'Unknown flag "--jsn"');
  assertUsage(["call", "t", "{}", "--no-json"], 'Unknown flag "--no-json"');
  assertUsage(["call", "t", "{}", "-x"], 'Unknown flag "-x"');
  assertUsage(["call", "t", "{}", "--__proto__.x=1"], "Unknown flag");
  assertUsage(["inspect", "m", "--max-time", "1s"], "Unknown flag");
});

Deno.test("parseCommandLine names the flag whose value is missing or too much", () => {
  assertUsage(["call", "t", "{}", "--max-memory"], "--max-memory");
  assertUsage(["call", "t", "{}", "--max-memory="], "--max-memory");
  assertUsage(["call", "t", "{}", "--allow-net="], "--allow-net");
  assertUsage(["call", "t", "{}", "--max-time", "--json"], "--max-time");
  assertUsage(["call", "t", "{}", "--json=no"], "--json takes no value");
  assertUsage(
    ["call", "--max-time", "1s", "--max-time", "2s", "t", "{}"],
    'Cannot use --max-time more than once: "1s" and "2s"',
  );
});

Deno.test("parseCommandLine names the operand that is missing or too much", () => {
  assertUsage(["schema"], "Cannot schema: TOOL.wasm is missing");
  assertUsage(["schema", ""], "Cannot schema: TOOL.wasm is missing");
  assertUsage(["call", "t"], "Cannot call: ARGUMENTS");
  assertUsage(["inspect", "a", "b"], '"b" is an extra argument');
});

Deno.test("parseCommandLine leaves what follows a program to the guest", () => {
  const guest = ["--json", "--help", "-h", "--version", "", "--", "--max-time"];
  const line = parseVerb("run", "--max-time", "5s", "p.wasm", ...guest);
  assertEquals(line.operands, ["p.wasm"]);
  assertEquals(line.guestArguments, guest);
  assertEquals(line.flags.get("max-time"), ["5s"]);
  assertEquals(parseVerb("call", "t", "{}").guestArguments, []);
});

Deno.test("parseCommandLine takes a program after every shape of flag", () => {
  const flags = ["--allow-net", "--env", "A=b=c", "--env=B=", "--dir=a::/a"];
  const line = parseVerb("run", ...flags, "--json", "p.wasm", "x");
  assertEquals([line.operands, line.guestArguments], [["p.wasm"], ["x"]]);
  assertEquals(line.flags.get("env"), ["A=b=c", "B="]);
  assertEquals(line.flags.get("allow-net"), ["*"]);
});

Deno.test("parseCommandLine names what is wrong before the program", () => {
  assertUsage(["run"], "Cannot run: PROGRAM.wasm is missing");
  assertUsage(["run", "--json"], "Cannot run: PROGRAM.wasm is missing");
  assertUsage(["run", "", "x"], "Cannot run: PROGRAM.wasm is missing");
  assertUsage(["run", "--frob", "p"], 'Unknown flag "--frob"');
  assertUsage(["run", "--schema", "s", "p"], 'Unknown flag "--schema"');
  assertUsage(["run", "--env"], "Cannot use --env: its value is missing");
  assertUsage(["run", "--env", "--json", "p"], "Cannot use --env");
  assertUsage(["run", "-", "p"], "an extra argument");
  assertUsage(["call", "--env", "A=b", "t", "{}"], 'Unknown flag "--env"');
  assertEquals(parseCommandLine(["run", "--help", "p"]), { kind: "help" });
});

Deno.test("wantsJson looks at the runner's own flags alone", () => {
  assertEquals(wantsJson(["run", "--json", "p"]), true);
  assertEquals(wantsJson(["run", "p", "--json"]), false);
  assertEquals(wantsJson(["run", "--", "--json"]), false);
  assertEquals(wantsJson(["run", "--json", "--frob"]), true);
});
