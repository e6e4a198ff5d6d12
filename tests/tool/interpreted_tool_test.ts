import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ExecutionFailed,
  type InterpretedScript,
  type InterpretedTool,
  type JsonValue,
  SandboxedTool,
  ScriptFailed,
  type ToolInterpreter,
  ToolSandbox,
} from "../../mod.ts";

/** A language of which every script echoes; its text is what it exports. */
class EchoLanguage implements ToolInterpreter, AsyncDisposable {
  readonly sandbox: ToolSandbox = new ToolSandbox();
  readonly ending = ".echo";

  async loadTool(
    { name, source }: InterpretedScript,
  ): Promise<InterpretedTool> {
    const echo = await SandboxedTool.create(
      this.sandbox,
      await this.sandbox.loadModule("fixtures/tools/echo.wasm"),
    );
    return {
      exported: JSON.parse(source) as JsonValue,
      async call(json, options) {
        const record = await echo.call(JSON.parse(json), options);
        const error = json.includes("bad")
          ? new ScriptFailed({
            thrownName: "ValueError",
            thrownMessage: "bad",
            scriptStack: "",
            position: { file: name, line: 3, column: 5 },
            hostFunction: undefined,
          })
          : undefined;
        return { record, error, value: record.ok ? record.value : undefined };
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox.close();
  }
}

const GOOD = {
  schema: { parameters: { type: "object", required: ["text"] } },
  execute: true,
};

async function withScript(
  exported: unknown,
  test: (path: string, interpreter: EchoLanguage) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using interpreter = new EchoLanguage();
    const path = `${folder}/mine.echo`;
    await Deno.writeTextFile(path, JSON.stringify(exported));
    await test(path, interpreter);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("SandboxedTool.load gives a script to its interpreter", async () => {
  await withScript(GOOD, async (path, interpreter) => {
    const tool = await SandboxedTool.load(path, { interpreter });
    assertEquals(tool.schema().name, "mine");
    assertEquals(await tool.execute({ text: "hi" }), { text: "hi" });
    const result = await tool.call({ text: "bad" });
    assert(!result.ok);
    assertEquals(result.error.message, "mine.echo:3:5: ValueError: bad");
    assertEquals(result.file("/none"), undefined);
    const unchecked = await tool.call({});
    assertEquals(!unchecked.ok && unchecked.error.kind, "InvalidArguments");
    await tool.close();
    // It is not the tool's own.
    assertEquals(await tool.execute({ text: "on" }), { text: "on" });
  });
});

Deno.test("A script without a schema or execute is no tool, and others are no scripts", async () => {
  await withScript({ execute: true }, async (path, interpreter) => {
    await assertRejects(
      () => SandboxedTool.load(path, { interpreter }),
      ExecutionFailed,
      'exports no object "schema"',
    );
    await assertRejects(
      () => SandboxedTool.load("tool.js", { interpreter }),
      TypeError,
      "end in .echo",
    );
  });
  await withScript({ ...GOOD, execute: false }, async (path, interpreter) => {
    await assertRejects(
      () => SandboxedTool.load(path, { interpreter }),
      ExecutionFailed,
      'exports no function "execute"',
    );
  });
});
