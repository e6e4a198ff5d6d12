import { assert, assertEquals } from "@std/assert";
import {
  codeMode,
  type CodeTools,
  declarations,
} from "../../../src/adapters/code_mode/mod.ts";
import type { SandboxOptions } from "../../../mod.ts";

const tool = (parameters: object, outputSchema?: object): CodeTools => ({
  t: {
    parameters: { ...parameters },
    outputSchema: { ...outputSchema },
    execute: () => 1,
  },
});

/** The types of arguments and answer. */
function types(tools: CodeTools): string {
  return /t\(args\??: (.*)\): Promise/.exec(declarations(tools))![1]!;
}

Deno.test("declarations writes the tools of a prompt", () => {
  const text = declarations({
    add: {
      description: "Adds two\n numbers. */",
      parameters: {
        type: "object",
        properties: {
          a: { type: "number", description: "the first" },
          "b-2": { type: "integer" },
        },
        required: ["a"],
      },
      outputSchema: { type: "number" },
      execute: () => 1,
    },
    "files.read": () => "",
    "files.deep.list": () => [],
    "2do": () => 1,
  });
  assertEquals(
    text,
    `declare const tools: {
  /** Adds two numbers. *\\/ */
  add(args: { /** the first */ a: number; "b-2"?: number }): Promise<number>;
  _2do(args: unknown): Promise<unknown>;
  files: {
    read(args: unknown): Promise<unknown>;
    deep: {
      list(args: unknown): Promise<unknown>;
    };
  };
};
`,
  );
});

Deno.test("declarations knows the words of JSON Schema", () => {
  const cases: readonly [object, string][] = [
    [{ type: "string" }, "string"],
    [{ type: ["string", "null"] }, "string | null"],
    [{ enum: ["a", 1, null] }, '"a" | 1 | null'],
    [{ const: true }, "true"],
    [{ type: "array", items: { type: "string" } }, "string[]"],
    [{ type: "array", items: { enum: ["a", "b"] } }, '("a" | "b")[]'],
    [
      { type: "array", prefixItems: [{ type: "number" }, {}] },
      "[number, unknown]",
    ],
    [{ type: "object" }, "Record<string, unknown>"],
    [
      { type: "object", additionalProperties: { type: "number" } },
      "Record<string, number>",
    ],
    [{ anyOf: [{ type: "number" }, { type: "string" }] }, "number | string"],
    [{ oneOf: [{ type: "number" }, {}] }, "unknown"],
    [{
      allOf: [{ type: "object", properties: { a: {} } }, {
        type: "object",
        properties: { b: {} },
      }],
    }, "{ a?: unknown } & { b?: unknown }"],
    [{ $ref: "#/$defs/x", $defs: { x: { type: "boolean" } } }, "boolean"],
    [{ $ref: "https://example.com/x" }, "unknown"],
    [{ type: "bogus" }, "unknown"],
  ];
  for (const [schema, type] of cases) assertEquals(types(tool(schema)), type);
});

Deno.test("declarations stays short and ends, whatever the schema", () => {
  const cyclic = {
    $defs: { a: { type: "array", items: { $ref: "#/$defs/a" } } },
    $ref: "#/$defs/a",
  };
  const loop = { $defs: { a: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" };
  let deep: object = {};
  for (let level = 0; level < 2_000; level++) {
    deep = { type: "array", items: deep };
  }
  const wide = {
    type: "object",
    properties: Object.fromEntries(
      Array.from({ length: 10_000 }, (_, n) => [`p${n}`, { type: "string" }]),
    ),
  };
  const names = Array.from({ length: 100_000 }, (_, n) => `p${n}`);
  const needed = { ...wide, required: names };
  const values = { type: "object", properties: { a: { enum: names } } };
  for (const schema of [cyclic, loop, deep, wide, needed, values]) {
    const started = performance.now();
    assert(declarations(tool(schema)).length < 5_000);
    assert(performance.now() - started < 1_000);
  }
  const one = { parameters: values, execute: () => 1 };
  const many = Array.from({ length: 500 }, (_, n) => [`t${n}`, one]);
  const started = performance.now();
  declarations(Object.fromEntries(many));
  assert(performance.now() - started < 2_000);
});

Deno.test("A model is told of fetch, its hosts and its secrets where there are any", async () => {
  const secrets = { KEY: { value: "not to be told", hosts: ["a.test"] } };
  const signature =
    "declare function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;\n";
  const tools = "declare const tools: {\n};\n";
  const cases: readonly [SandboxOptions, string][] = [
    [{}, ""],
    [{ allowNetwork: false }, ""],
    [{ allowNetwork: [] }, ""],
    [
      { allowNetwork: true },
      `/** Reaches any public host. */\n${signature}`,
    ],
    [
      { allowNetwork: ["a.test", "*.b.test:8080"], secrets },
      `/** Reaches a.test, *.b.test:8080 and no other host. A secret is filled in where its name stands in a header's value, the query or the body: {{KEY}} for a.test. */\n${signature}`,
    ],
    [
      { allowNetwork: Array.from({ length: 30 }, (_, n) => `h${n}.test`) },
      `/** Reaches ${
        Array.from({ length: 20 }, (_, n) => `h${n}.test`).join(", ")
      } and 10 more and no other host. */\n${signature}`,
    ],
  ];
  for (const [config, text] of cases) {
    await using mode = codeMode({ tools: {}, config });
    assertEquals(mode.declarations, tools + text);
    const { description } = mode.schema();
    assertEquals(
      description.includes("no network but the tools and fetch"),
      text !== "",
    );
    assert(!description.includes("not to be told"));
  }
});
