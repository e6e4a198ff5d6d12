import {
  assert,
  assertEquals,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import {
  inputSchema,
  type JsonValue,
  SandboxedTool,
  type Tool,
  ToolRegistry,
} from "../../mod.ts";

const CAT = new URL("../../fixtures/wasi/cat.wasm", import.meta.url);

type Json = { [key: string]: JsonValue };

/** What a check came to, and for how long it held up the event loop. */
interface Checked {
  readonly kind: string;
  readonly message: string;
  readonly longestGapMs: number;
  readonly totalMs: number;
}

/** A busy machine makes gaps too; a hang is far longer. */
const MAX_GAP_MS = 500;
const MAX_TOTAL_MS = 3_000;

async function check(parameters: Json, args: JsonValue): Promise<Checked> {
  await using registry = new ToolRegistry();
  const said = { dangerous: false, metadata: {}, requiredScopes: [] };
  const tool: Tool = {
    schema: () => ({ name: "hostile", description: "", parameters, ...said }),
    execute: () => Promise.resolve(null),
  };
  registry.register(tool);
  let longestGapMs = 0;
  let last = performance.now();
  const look = () => {
    longestGapMs = Math.max(longestGapMs, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(look, 1);
  const started = performance.now();
  const result = await registry.call("hostile", args);
  look();
  clearInterval(timer);
  return {
    kind: result.ok ? "ok" : result.error.kind,
    message: result.ok ? "" : result.error.message,
    longestGapMs,
    totalMs: performance.now() - started,
  };
}

/** Checks that it ends in time, in one of the ways that are named. */
async function assertBounded(
  parameters: Json,
  args: JsonValue,
  ...kinds: string[]
): Promise<string> {
  const checked = await check(parameters, args);
  assert(kinds.includes(checked.kind), `${checked.kind} ${checked.message}`);
  assertLess(checked.longestGapMs, MAX_GAP_MS);
  assertLess(checked.totalMs, MAX_TOTAL_MS);
  assertLess(checked.message.length, 10_000);
  return checked.message;
}

function nested(levels: number, leaf: JsonValue): Json {
  let schema = leaf;
  for (let level = 0; level < levels; level++) {
    schema = { type: "object", properties: { a: schema } };
  }
  return schema as Json;
}

function deepArgs(levels: number): JsonValue {
  let args: JsonValue = 1;
  for (let level = 0; level < levels; level++) args = { a: args };
  return args;
}

Deno.test("No pattern of a schema is matched by going back", async () => {
  const text = "a".repeat(5_000) + "!";
  const slow = ["^(a+)+$", "(a|a)*b", "(x+x+)+y", "(a*)*c", "^(a|aa)+$"];
  for (const pattern of [...slow, "^(([a-z])+.)+[A-Z]([a-z])+$"]) {
    const schema = { properties: { text: { type: "string", pattern } } };
    await assertBounded(schema, { text }, "InvalidArguments");
  }
});

Deno.test("Patterns that can't be matched in linear time are refused", async () => {
  const wrong: [pattern: string, why: string][] = [
    ["(?=a)b", "uses lookaround"],
    ["(?<!a)b", "uses lookaround"],
    ["(a)\\1", "uses backreferences"],
    ["(?<n>a)\\k<n>", "uses backreferences"],
    ["(", "not valid"],
    ["((a{1,100}){1,100}){1,100}", "parts"],
    ["(((){1000}){1000}){1000}", "parts"],
    ["a{100000}", "counts to more"],
    ["(".repeat(60) + ")".repeat(60), "deeper"],
    ["a".repeat(5_000), "5000 characters"],
  ];
  for (const [pattern, why] of wrong) {
    const schema = { properties: { text: { pattern } } };
    const message = await assertBounded(
      schema,
      { text: "a" },
      "ExecutionFailed",
    );
    assertStringIncludes(message, why);
    assertStringIncludes(message, "validateArguments: false");
  }
});

Deno.test("References without end, and ones that double, end", async () => {
  const twice = (name: string) => ({ allOf: [{ $ref: name }, { $ref: name }] });
  const doubling: Json = { $defs: { d60: { type: "object" } } };
  for (let at = 0; at < 60; at++) {
    (doubling["$defs"] as Json)[`d${at}`] = twice(`#/$defs/d${at + 1}`);
  }
  const cyclic: Json[] = [
    { $ref: "#" },
    { allOf: [{ $ref: "#" }] },
    { anyOf: [{ $ref: "#" }, { $ref: "#" }] },
    { not: { $ref: "#" } },
    {
      $ref: "#/$defs/a",
      $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } },
    },
    { if: { $ref: "#" }, then: true },
    { dependentSchemas: { a: { $ref: "#" } } },
    { ...doubling, $ref: "#/$defs/d0" },
  ];
  for (const schema of cyclic) {
    await assertBounded(schema, { a: 1 }, "ExecutionFailed");
  }
  // One that goes down with the value ends by itself.
  const tree = {
    properties: { a: { anyOf: [{ type: "integer" }, { $ref: "#" }] } },
  };
  await assertBounded({ ...tree, type: "object" }, deepArgs(50), "ok");
  await assertBounded(
    { ...tree, type: "object" },
    deepArgs(2_000),
    "ExecutionFailed",
  );
});

Deno.test("No reference leads out of the schema", async () => {
  let asked = 0;
  const server = Deno.serve({ port: 0, onListen: () => {} }, () => {
    asked++;
    return Response.json({ type: "object" });
  });
  const url = `http://127.0.0.1:${server.addr.port}/schema.json`;
  const outside: JsonValue[] = [
    url,
    `${url}#/a`,
    "file:///etc/passwd",
    "//x",
    7,
  ];
  for (const $ref of outside) {
    await assertBounded({ $ref }, {}, "ExecutionFailed");
    await assertBounded(
      { $id: url, $ref: "other.json" },
      {},
      "ExecutionFailed",
    );
    await assertBounded({ $schema: url, $ref: "#/x" }, {}, "ExecutionFailed");
  }
  for (const $ref of ["#/constructor", "#/__proto__", "#nobody", "#/%"]) {
    await assertBounded({ $ref }, {}, "ExecutionFailed");
  }
  await server.shutdown();
  assertEquals(asked, 0);
});

Deno.test("Huge and deep schemas cost what is needed of them", async () => {
  const names = Array.from({ length: 30_000 }, (_, at) => `name${at}`);
  const all = Object.fromEntries(
    names.map((name) => [name, { type: "integer" }]),
  );
  await assertBounded({ properties: all }, { name7: 1 }, "ok");
  await assertBounded({ properties: all }, { name7: "x" }, "InvalidArguments");
  await assertBounded({ required: names }, {}, "ExecutionFailed");
  const some = names.slice(0, 10_000);
  await assertBounded({ required: some }, {}, "InvalidArguments");
  await assertBounded({ enum: names }, { a: 1 }, "InvalidArguments");
  await assertBounded(
    { properties: { a: { enum: names } } },
    { a: "nobody" },
    "InvalidArguments",
  );
  const patterns = Object.fromEntries(names.map((name) => [`^${name}$`, true]));
  await assertBounded(
    { patternProperties: patterns },
    { a: 1 },
    "ok",
    "ExecutionFailed",
  );
  const branches = names.map((name) => ({ required: [name] }));
  await assertBounded(
    { anyOf: branches },
    {},
    "InvalidArguments",
    "ExecutionFailed",
  );
  await assertBounded(
    { oneOf: branches },
    {},
    "InvalidArguments",
    "ExecutionFailed",
  );
  await assertBounded(
    nested(200, { type: "string" }),
    deepArgs(200),
    "InvalidArguments",
  );
  await assertBounded(
    nested(500, { type: "string" }),
    deepArgs(500),
    "ExecutionFailed",
  );
});

Deno.test("Large arguments are checked in turns with everything else", async () => {
  const items = Array.from({ length: 100_000 }, (_, at) => ({ at }));
  const each = { properties: { at: { type: "integer", minimum: 0 } } };
  const schema = { properties: { items: { items: each } } };
  await assertBounded(schema, { items }, "ok");
  const unique = { properties: { items: { uniqueItems: true } } };
  await assertBounded(unique, { items }, "ok");
  const quadratic = {
    properties: { items: { items: { enum: items.slice(0, 10_000) } } },
  };
  await assertBounded(
    quadratic,
    { items },
    "InvalidArguments",
    "ExecutionFailed",
  );
});

Deno.test("Names that mean something to JavaScript are names like all others", async () => {
  const parameters = JSON.parse(
    '{"properties":{"__proto__":{"type":"integer"},"toString":{"type":"string"}},"additionalProperties":false}',
  );
  const own = JSON.parse('{"__proto__":1,"toString":"x"}');
  await assertBounded(parameters, own, "ok");
  const wrong = JSON.parse('{"__proto__":"x"}');
  assertStringIncludes(
    await assertBounded(parameters, wrong, "InvalidArguments"),
    'Argument "__proto__": expected a whole number',
  );
  await assertBounded(parameters, { hasOwnProperty: 1 }, "InvalidArguments");
  await assertBounded({ required: ["toString"] }, {}, "InvalidArguments");
});

Deno.test("What is said of a schema is short and on one line", async () => {
  const long = "x\n\u202e".repeat(50_000);
  const schemas: Json[] = [
    { properties: { a: { enum: [long, long] } } },
    { properties: { a: { const: long } } },
    { required: [long] },
    { properties: { a: { type: "string", pattern: long } } },
    { properties: { [long]: true }, additionalProperties: false },
  ];
  for (const schema of schemas) {
    const message = await assertBounded(
      schema,
      { a: 1 },
      "ok",
      "InvalidArguments",
      "ExecutionFailed",
    );
    assert(!/[\n\u202e]/.test(message), message);
  }
});

Deno.test("Arguments of any depth are judged or refused, and never crash", async () => {
  const args = JSON.parse(`${'{"a":'.repeat(1e5)}1${"}".repeat(1e5)}`);
  const a = { enum: [{}, []] };
  await assertBounded({ properties: { a } }, args, "ExecutionFailed");
  const list = { uniqueItems: true };
  await assertBounded(
    { properties: { a: list } },
    { a: [args] },
    "ExecutionFailed",
  );
  await assertBounded(
    { properties: { a: { type: "null" } } },
    args,
    "InvalidArguments",
  );
  await assertBounded({ properties: { a: true } }, args, "ok");
});

Deno.test("Schemas that are none are refused, and never crash", async () => {
  const none: Json[] = [
    { type: "text" },
    { type: 7 },
    { allOf: "all" },
    { anyOf: {} },
    { enum: 7 },
    { properties: { a: "x" } },
    { properties: { a: null } },
    { additionalProperties: 7 },
    { items: 7, properties: { a: { items: "x" } } },
    { $dynamicRef: "#" },
  ];
  for (const schema of none) {
    await assertBounded(schema, { a: [1] }, "ok", "ExecutionFailed");
  }
});

Deno.test("A guest's own schema is checked like this, before the guest runs", async () => {
  const parameters = {
    type: "object",
    properties: { text: { type: "string", pattern: "^(a+)+$" } },
    additionalProperties: false,
  };
  await using tool = await SandboxedTool.load(CAT, {}, {
    schema: { name: "cat", parameters },
  });
  const bogus = await tool.call({ bogus: 1 });
  assert(!bogus.ok && bogus.error.kind === "InvalidArguments");
  assertEquals(bogus.usage.memoryBytes, 0);
  const slow = await tool.call({ text: "a".repeat(40) + "!" });
  assert(!slow.ok && slow.error.kind === "InvalidArguments");
  assertEquals(await tool.execute({ text: "aaa" }), { text: "aaa" });
});

Deno.test("Standard Schema's validate is bounded in the same way", async () => {
  const { validate } = inputSchema({ parameters: { $ref: "#" } })["~standard"];
  const result = await validate({});
  assertStringIncludes(result.issues?.[0]?.message ?? "", "Cannot be checked");
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  const own = inputSchema({ parameters: {} })["~standard"];
  const none = await own.validate(cyclic);
  assertStringIncludes(none.issues?.[0]?.message ?? "", "Not JSON");
});
