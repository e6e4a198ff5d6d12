import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import {
  CompilationFailed,
  ExecutionFailed,
  SandboxedTool,
  SandboxError,
  type SandboxOptions,
  ScriptFailed,
  ToolSandbox,
} from "../../mod.ts";

const SCHEMA = `export const schema = { description: "A test",
  parameters: { type: "object" } };\n`;

/** A folder with a script, and the tool that it is. */
async function withTool(
  files: Readonly<Record<string, string>>,
  act: (load: () => Promise<SandboxedTool>, folder: string) => Promise<void>,
  options: SandboxOptions = {},
): Promise<void> {
  const root = await Deno.makeTempDir();
  const folder = join(root, "tool");
  try {
    await Deno.mkdir(join(folder, "lib"), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(folder, name), text);
    }
    const [entry] = Object.keys(files);
    const path = join(folder, entry!);
    await act(() => SandboxedTool.load(path, options), folder);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("A script is a tool: its schema, its answers, and what it prints", async () => {
  const files = {
    "shout.js": `import { loud } from "./lib/loud.js";
export const schema = { name: "shout", description: "Shouts",
  parameters: { type: "object", properties: { text: { type: "string" } } } };
let calls = 0;
export async function execute({ text }) {
  console.log("called", ++calls);
  await new Promise((done) => setTimeout(done, 5));
  return { text: loud(text), calls };
}`,
    "lib/loud.js": `import mark from "../mark.mjs";
export const loud = (text) => text.toUpperCase() + mark;`,
    "mark.mjs": `export default "!";`,
  };
  await withTool(files, async (load) => {
    await using tool = await load();
    assertEquals(tool.schema().name, "shout");
    assertEquals(tool.schema().description, "Shouts");
    for (let round = 0; round < 3; round++) {
      const result = await tool.call({ text: "hi" });
      // Nothing of one call is seen by the next.
      assertEquals(result.ok && result.value, { text: "HI!", calls: 1 });
      assertEquals(result.stdout, "called 1\n");
    }
    const names = ["lib/loud.js", "mark.mjs", "shout.js"];
    assertEquals(Object.keys(tool.files ?? {}), names);
    for (const name of names) {
      const bytes = new TextEncoder().encode(files[name as keyof typeof files]);
      const hash = await crypto.subtle.digest("SHA-256", bytes);
      assertEquals(tool.files?.[name], new Uint8Array(hash).toHex());
    }
  });
});

Deno.test("An error has the script's own line and column", async () => {
  const files = {
    "broken.js": `${SCHEMA}import { deep } from "./lib/deep.js";
export const execute = ({ how }) => how === "deep" ? deep() : how.not.there;`,
    "lib/deep.js": `export function deep() {
  throw new RangeError("too deep");
}`,
  };
  await withTool(files, async (load) => {
    await using tool = await load();
    const own = await assertRejects(() => tool.execute({}), ScriptFailed);
    assertEquals(own.position?.file, "broken.js");
    assertEquals(own.position?.line, 4);
    assertEquals(own.thrownName, "TypeError");
    const deep = await assertRejects(
      () => tool.execute({ how: "deep" }),
      ScriptFailed,
      "lib/deep.js:2:",
    );
    assertEquals(deep.thrownMessage, "too deep");
    assert(deep.scriptStack.includes("broken.js:4:"));
  });
});

Deno.test("TypeScript is a tool too, and its lines stay", async () => {
  const files = {
    "typed.ts": `${SCHEMA}interface Args {
  readonly n: number;
}
type Answer = { twice: number };
export function execute({ n }: Args): Answer {
  if (n < 0) throw new Error(\`\${n satisfies number}\`);
  return { twice: n * 2 } as Answer;
}`,
  };
  await withTool(files, async (load) => {
    await using tool = await load();
    assertEquals(await tool.execute({ n: 4 }), { twice: 8 });
    const error = await assertRejects(
      () => tool.execute({ n: -1 }),
      ScriptFailed,
    );
    assertEquals(error.position?.line, 8);
  });
});

Deno.test("TypeScript that no parser survives costs no more than its worker", async () => {
  for (const text of ["(".repeat(100_000), "!".repeat(100_000) + "1"]) {
    await withTool({ "deep.ts": text }, async (load) => {
      await assertRejects(load, CompilationFailed, "deep.ts");
    });
  }
});

Deno.test("A script imports what is in its folder, and nothing else", async () => {
  const refused: Readonly<Record<string, string>> = {
    "above": `import "../secret.js";`,
    "far above": `import "../../../../../../etc/passwd.js";`,
    "absolute": `import "/etc/hostname";`,
    "package": `import "node:fs";`,
    "npm": `import "npm:left-pad";`,
    "url": `import "https://example.com/a.js";`,
    "link": `import "./link.js";`,
    "missing": `import "./missing.js";`,
    "directory": `import "./lib.js";`,
    "pipe": `import "./pipe.js";`,
    "long": `import "./${"x".repeat(300)}.js";`,
  };
  for (const [name, line] of Object.entries(refused)) {
    const files = {
      "tool.js": `${line}\n${SCHEMA}export const execute = () => 1;`,
    };
    await withTool(files, async (load, folder) => {
      await Deno.writeTextFile(
        join(folder, "../secret.js"),
        "export default 1;",
      );
      await Deno.symlink("../secret.js", join(folder, "link.js"));
      await Deno.mkdir(join(folder, "lib.js"));
      if (Deno.build.os !== "windows") {
        const pipe = { args: [join(folder, "pipe.js")] };
        await new Deno.Command("mkfifo", pipe).output();
      }
      const error = await assertRejects(load, SandboxError, "", name);
      assertStringIncludes(error.message, "annot", name);
    });
  }
});

type Constructor = typeof ExecutionFailed | typeof ScriptFailed;

Deno.test("What is no tool is refused when it is loaded", async () => {
  const refused: readonly [string, Constructor, string][] = [
    ["export const execute = () => 1;", ExecutionFailed, `no object "schema"`],
    [SCHEMA, ExecutionFailed, `no function "execute"`],
    ["export const x = ;", ScriptFailed, "SyntaxError"],
    [`${SCHEMA}throw new Error("at start"); `, ScriptFailed, "at start"],
    [
      `export const schema = { name: "a b" }; export const execute = 1;`,
      ExecutionFailed,
      "execute",
    ],
  ];
  for (const [text, error, message] of refused) {
    await withTool({ "tool.js": text }, async (load) => {
      await assertRejects(load, error as typeof ExecutionFailed, message);
    });
  }
});

Deno.test("Limits, files and functions of the host hold for scripts as for any tool", async () => {
  const files = {
    "tool.js": `${SCHEMA}export async function execute(args, context) {
  if (args.spin) for (;;);
  if (args.grow) { const a = []; for (;;) a.push(new Array(1000).fill(a)); }
  return await context.call("lookup", args);
}`,
  };
  const options: SandboxOptions = {
    maxExecutionTime: 20_000,
    maxMemoryBytes: 16 * 1024 * 1024,
    functions: { lookup: (args) => ({ found: args }) },
  };
  await withTool(files, async (load) => {
    await using tool = await load();
    assertEquals(await tool.execute({ id: 7 }), { found: { id: 7 } });
    const spin = await tool.call({ spin: true }, { timeout: 200 });
    assertEquals(spin.ok || spin.error.kind, "TimeoutExceeded");
    const grow = await tool.call({ grow: true });
    assertEquals(grow.ok || grow.error.kind, "MemoryLimitExceeded");
  }, options);
});

Deno.test("Scripts share a sandbox where one is given", async () => {
  await withTool(
    { "tool.js": `${SCHEMA}export const execute = (args) => args;` },
    async (_, folder) => {
      await using sandbox = new ToolSandbox();
      const path = join(folder, "tool.js");
      const one = await SandboxedTool.create(sandbox, path);
      const two = await SandboxedTool.create(sandbox, path);
      assertEquals(await one.execute(1), 1);
      assertEquals(await two.execute([2]), [2]);
      await assertRejects(
        () => SandboxedTool.create(sandbox, "tool.txt"),
        TypeError,
        ".js",
      );
    },
  );
});

Deno.test("A script of a server imports what is in its folder there, and nothing else", async () => {
  let line = "";
  const asked: string[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ url }) => {
      const { pathname, search } = new URL(url);
      asked.push(pathname + search);
      if (pathname === "/tools/moved.js") {
        return Response.redirect(new URL("/secret.js", url));
      }
      return pathname === "/tools/tool.js"
        ? new Response(`${line}\n${SCHEMA}export const execute = () => x;`)
        : new Response("export const x = 7;");
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}/tools/tool.js`;
  line = `import { x } from "./sub/a.js";`;
  await using tool = await SandboxedTool.load(url);
  assertEquals(await tool.execute({}), 7);
  assertEquals(asked, ["/tools/tool.js", "/tools/sub/a.js"]);
  for (
    const path of [
      "./%2e%2e/secret.js",
      "./.%2E/secret.js",
      "./a\\\\..\\\\..\\\\secret.js",
      "./\\t/../..\\n/secret.js",
      "./a.js?b.js",
      "./a#/b.js",
    ]
  ) {
    asked.length = 0;
    line = `import { x } from "${path}";`;
    await assertRejects(
      () => SandboxedTool.load(url),
      CompilationFailed,
      "is not in its folder",
      path,
    );
    assertEquals(asked, ["/tools/tool.js"], path);
  }
  asked.length = 0;
  line = `import { x } from "./moved.js";`;
  await assertRejects(() => SandboxedTool.load(url), Error, "status 302");
  assertEquals(asked, ["/tools/tool.js", "/tools/moved.js"]);
});

Deno.test("A script that is loaded as a module, or needs an interpreter, is told from a broken module", async () => {
  await using sandbox = new ToolSandbox();
  for (const name of ["a.py", "a.js", "a.tsx", "a.cjs"]) {
    const url = new URL(`https://example.com/${name}?x=1`);
    for (const source of [`folder/${name}`, url]) {
      await assertRejects(
        () => sandbox.loadModule(source),
        CompilationFailed,
        "is a script; tools may be",
      );
    }
  }
  await assertRejects(
    () => SandboxedTool.load("tool.py"),
    CompilationFailed,
    ".py with an interpreter",
  );
});
