import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  ExecutionFailed,
  SandboxConfig,
  SandboxedTool,
  TimeoutExceeded,
  ToolSandbox,
} from "../../mod.ts";

const FIXTURES = new URL("../../fixtures/wasi/", import.meta.url);
const STATISTICS = new URL("statistics.wasm", FIXTURES);
/** Copies JSON through, and has no schema beside it. */
const CAT = new URL("cat.wasm", FIXTURES);
/** Prints text that is no JSON. */
const ENVIRONMENT = new URL("environment.wasm", FIXTURES);
const PRINT_TOOL = new URL("print_tool.wasm", FIXTURES);
const REPOSITORY = new URL("../../", import.meta.url);

const SCHEMA = { name: "copy", parameters: { type: "object" } };
const SECTION_NAME = "tool_schema";

/** A length as the binary format writes it. */
function leb128(value: number): number[] {
  return value < 128
    ? [value]
    : [value & 127 | 128, ...leb128(Math.floor(value / 128))];
}

/** The module with one more custom section at its end. */
async function withSection(module: URL, content: string): Promise<Uint8Array> {
  const encoder = new TextEncoder();
  const name = encoder.encode(SECTION_NAME);
  const body = [...leb128(name.length), ...name, ...encoder.encode(content)];
  const bytes = await Deno.readFile(module);
  return Uint8Array.from([...bytes, 0, ...leb128(body.length), ...body]);
}

/** A program as a tool with a schema given as option. */
async function load(
  module: URL,
  config?: SandboxConfig,
): Promise<SandboxedTool> {
  return await SandboxedTool.load(module, config, { schema: SCHEMA });
}

async function failure(
  tool: SandboxedTool,
  args: unknown = {},
): Promise<ExecutionFailed> {
  const result = await tool.call(args);
  assert(!result.ok);
  assertInstanceOf(result.error, ExecutionFailed);
  assertEquals(tool.sandbox.lostWorkers, 0);
  return result.error;
}

Deno.test("SandboxedTool makes a tool of a program with a schema beside it", async () => {
  for (const source of [STATISTICS, STATISTICS.pathname, STATISTICS.href]) {
    await using tool = await SandboxedTool.load(source);
    assertEquals(tool.schema().name, "statistics");
    assertEquals(tool.schema().parameters["required"], ["numbers"]);
  }
  await using tool = await SandboxedTool.load(STATISTICS);
  const numbers = [2, 4, 4, 4, 5, 5, 7, 9];
  assertEquals(await tool.execute({ numbers }), {
    count: 8,
    mean: 5,
    median: 4.5,
    deviation: 2,
  });
  await using unchecked = await SandboxedTool.load(STATISTICS, undefined, {
    validateArguments: false,
  });
  const result = await unchecked.call({ numbers: "none" });
  assert(result.ok);
  assertEquals(result.value, { error: "numbers must be a list" });
  assertEquals(result.stderr, "");
  assertGreater(result.usage.memoryBytes, 0);
});

Deno.test("SandboxedTool takes a schema as option before any other", async () => {
  const options = { schema: { ...SCHEMA, description: "Given" } };
  await using tool = await SandboxedTool.load(STATISTICS, undefined, options);
  assertEquals(tool.schema().name, "copy");
  assertEquals(tool.schema().description, "Given");
  await using sandbox = new ToolSandbox();
  const module = await sandbox.loadModule(CAT);
  await using made = await SandboxedTool.create(sandbox, module, options);
  assertEquals(await made.execute({ a: [1, "é", null] }), {
    a: [1, "é", null],
  });
});

Deno.test("SandboxedTool takes a schema from a custom section", async () => {
  const bytes = await withSection(CAT, JSON.stringify(SCHEMA));
  await using tool = await SandboxedTool.load(bytes);
  assertEquals(tool.schema().name, "copy");
  assertEquals(await tool.execute({ a: 1 }), { a: 1 });
  const wrong: [content: string, why: string][] = [
    ["no JSON", "Section tool_schema"],
    ["{}", "name is not a name"],
    ['{"name":"x","parameters":7}', "parameters are not an object"],
  ];
  for (const [content, why] of wrong) {
    const section = await withSection(CAT, content);
    const error = await assertRejects(
      () => SandboxedTool.load(section),
      ExecutionFailed,
      why,
    );
    assertEquals(error.kind, "ExecutionFailed");
  }
});

Deno.test("SandboxedTool says where a program's schema could be", async () => {
  for (const source of [CAT, await Deno.readFile(CAT)]) {
    const error = await assertRejects(
      () => SandboxedTool.load(source),
      ExecutionFailed,
      "program without a schema",
    );
    for (const place of ["option", "tool_schema", "NAME.schema.json"]) {
      assertStringIncludes(error.message, place);
    }
  }
});

Deno.test("SandboxedTool fails with the exit code of a program", async () => {
  await using tool = await load(CAT);
  await using failing = await load(new URL("copy.wasm", FIXTURES));
  const error = await failure(failing);
  assertStringIncludes(error.message, "ended");
  assertStringIncludes(error.message, "with exit code 2");
  const result = await failing.call({});
  assertEquals(result.stderr, "usage: copy FROM TO [BLOCK]\n");
  assertEquals(await tool.execute([]), []);
});

Deno.test("SandboxedTool fails when a program's answer is no JSON", async () => {
  await using tool = await load(ENVIRONMENT);
  const error = await failure(tool);
  assertStringIncludes(error.message, "Program");
  assertStringIncludes(error.message, "JSON");
  const result = await tool.call({});
  assertStringIncludes(result.stdout, "argument 0=copy\n");
  await using silent = await load(new URL("exit.wasm", FIXTURES));
  assertStringIncludes((await failure(silent)).message, "JSON");
});

Deno.test("SandboxedTool fails when a program's answer is too large", async () => {
  const config = SandboxConfig.builder().maxResultBytes(100).build();
  await using tool = await load(CAT, config);
  const text = "x".repeat(98);
  assertEquals(await tool.execute(text), text);
  const error = await failure(tool, `${text}x`);
  assertStringIncludes(error.message, "more than 100 bytes");
  // What a program prints has a limit of its own, which is no answer's.
  const small = SandboxConfig.builder().maxOutputBytes(10).build();
  await using answering = await load(CAT, small);
  assertEquals(await answering.execute(text), text);
});

Deno.test("SandboxedTool stops a program at its limits", async () => {
  await using tool = await load(new URL("limits.wasm", FIXTURES));
  const usage = await tool.call({});
  assert(!usage.ok);
  assertStringIncludes(usage.stderr, "usage: limits");
  const config = SandboxConfig.builder().maxExecutionTime(300).build();
  const loop = await Deno.readFile(new URL("sleep.wasm", FIXTURES));
  await using sleeping = await SandboxedTool.load(loop, config, {
    schema: SCHEMA,
  });
  const error = await assertRejects(
    () => sleeping.execute({}),
    TimeoutExceeded,
  );
  assertEquals(error.limitMs, 300);
});

Deno.test("SandboxedTool captures what a tool with WASI prints", async () => {
  await using tool = await SandboxedTool.load(PRINT_TOOL);
  assertEquals(tool.schema().name, "print");
  for (const text of ["first", "second"]) {
    const result = await tool.call({ text });
    assert(result.ok);
    assertEquals(result.value, { printed: text.length, initialized: 1 });
    assertEquals(result.stdout, `initialized\n${text}\n`);
    assertEquals(result.stderr, "printed\n");
  }
});

Deno.test("SandboxedTool never prints on the host's own streams", async () => {
  const program = `
    import { SandboxedTool } from "${new URL("mod.ts", REPOSITORY)}";
    for (const url of ${JSON.stringify([PRINT_TOOL, STATISTICS])}) {
      await using tool = await SandboxedTool.load(new URL(url), undefined, {
        validateArguments: false,
      });
      const { ok, stdout } = await tool.call({ text: "secret", numbers: [1] });
      if (!ok || url.includes("print") && stdout === "") Deno.exit(1);
    }`;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    cwd: REPOSITORY,
    signal: AbortSignal.timeout(60_000),
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals([code, stdout.length], [0, 0]);
});
