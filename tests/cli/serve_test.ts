import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { scriptedTool } from "../adapters/mcp/scripted_tool.ts";
import { answer, RawServer } from "../network/raw_server.ts";
import { loadedModules } from "./loaded_modules.ts";
import { runRunner, startRunner } from "./runner_process.ts";
import { ServingRunner } from "./serving_runner.ts";

const ECHO = "fixtures/tools/echo.wasm";

/** A folder with a configuration, for the time of a test. */
async function withFolder(
  files: Record<string, Uint8Array | object>,
  test: (folder: string, config: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const bytes = content instanceof Uint8Array
        ? content
        : new TextEncoder().encode(JSON.stringify(content, null, 2));
      await Deno.writeFile(join(folder, name), bytes);
    }
    await test(folder, join(folder, "sandbox.json"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Nothing in it steers a terminal. */
function assertPrintable(text: string): void {
  assert(!/[\p{Cc}\u202e]/u.test(text.replaceAll("\n", "")), text);
}

function saying(name: string, answer: string): Uint8Array {
  return scriptedTool({ schema: { name }, answer });
}

Deno.test("serve answers a client that started it, and ends with it", async () => {
  const runner = new ServingRunner([ECHO]);
  assertEquals(await runner.toolNames(), ["echo"]);
  assertEquals(await runner.call("echo", { a: 1 }), '{"a":1}');
  assertEquals(await runner.end(), 0);
  assertEquals(runner.stderr, "");
});

Deno.test("serve ends while a guest loops for ever, when its client is gone", async () => {
  await withFolder({
    "loop.wasm": scriptedTool({
      schema: { name: "loop" },
      steps: ["loop for ever"],
    }),
  }, async (folder) => {
    for (const leave of ["end of input", "SIGTERM"] as const) {
      const runner = new ServingRunner([join(folder, "loop.wasm")]);
      await runner.toolNames();
      await runner.send("tools/call", { name: "loop", arguments: {} });
      const start = performance.now();
      if (leave === "SIGTERM") runner.child.kill("SIGTERM");
      const code = await (leave === "SIGTERM" ? runner.ended() : runner.end());
      assertEquals(code, 0, leave);
      assert(performance.now() - start < 12_000, leave);
    }
  });
});

Deno.test("serve gives each tool of sandbox.json its own limits and grants", async () => {
  await withFolder({
    "loop.wasm": scriptedTool({
      schema: { name: "loop" },
      steps: ["loop for ever"],
    }),
    "fine.wasm": saying("fine", "hello"),
    "sandbox.json": {
      name: "mine",
      limits: { maxExecutionTime: 60_000 },
      tools: [
        { source: "loop.wasm", limits: { maxExecutionTime: 1_000 } },
        {
          source: "fine.wasm",
          name: "better",
          grants: { allowedPaths: { "/data": { host: ".", write: true } } },
        },
      ],
    },
  }, async (folder, config) => {
    const runner = new ServingRunner(["--config", config], [
      `--allow-write=${folder}`,
    ]);
    const { tools } = await runner.ask("tools/list") as {
      tools: { name: string; annotations: { readOnlyHint: boolean } }[];
    };
    assertEquals(
      tools.map(({ name, annotations }) => [name, annotations.readOnlyHint]),
      [["loop", true], ["better", false]],
    );
    assertStringIncludes(await runner.call("loop"), "limit of 1000 ms");
    assertEquals(await runner.call("better"), "hello");
    await runner.end();
  });
});

Deno.test("serve runs programs that call the tools, where sandbox.json asks for it", async () => {
  await withFolder({
    "one.wasm": saying("one", "1"),
    "two.wasm": saying("two-b", "2"),
    "sandbox.json": {
      code: true,
      tools: [{ source: "one.wasm" }, { source: "two.wasm" }],
    },
  }, async (_, config) => {
    const runner = new ServingRunner(["--config", config]);
    assertEquals(await runner.toolNames(), ["one", "two-b", "code"]);
    const code =
      "const [a, b] = await Promise.all([tools.one(), tools.two_b()]); return a + b";
    assertEquals(await runner.call("code", { code }), "12");
    const wrong = await runner.call("code", { code: "await tools.three()" });
    assertStringIncludes(String(wrong), "not a function");
    assertEquals(await runner.end(), 0);
  });
});

Deno.test("serve grants programs the hosts that code names, and those of no tool", async () => {
  await using server = new RawServer(({ head }) =>
    answer(/x-key: (\S+)/.exec(head)?.[1] === "k3y-value" ? "right" : "wrong")
  );
  const secrets = { KEY: { env: "PROGRAM_KEY", hosts: [server.host] } };
  const code = `const said = [];
    for (const url of ["http://${server.host}/", "http://localhost:${server.port}/"]) {
      said.push(await fetch(url, { headers: { "x-key": "{{KEY}}" } })
        .then((r) => r.text(), (e) => e.message));
    }
    return said`;
  const run = async (granted: unknown) => {
    let said: unknown;
    await withFolder({
      "one.wasm": saying("one", "1"),
      "sandbox.json": {
        code: granted,
        grants: { allowNetwork: ["localhost"] },
        tools: ["one.wasm"],
      },
    }, async (_, config) => {
      const runner = new ServingRunner(
        ["--config", config],
        ["--allow-net", "--allow-env"],
        { PROGRAM_KEY: "k3y-value" },
      );
      said = JSON.parse(String(await runner.call("code", { code })));
      await runner.end();
    });
    return said;
  };
  const refused = (host: string) =>
    `Cannot fetch "http://${host}/": Host "${host}" is not granted`;
  const local = `localhost:${server.port}`;
  assertEquals(await run(true), [refused(server.host), refused(local)]);
  assertEquals(
    await run({ grants: { allowNetwork: [server.host], secrets } }),
    ["right", refused(local)],
  );
});

Deno.test("serve names the line of the first mistake in sandbox.json", async () => {
  const tool = { source: "echo.wasm" };
  for (
    const [file, line, what] of [
      [{ code: 1, tools: [tool] }, 2, "code is not true or false"],
      [{ code: { limits: { maxFuel: -1 } }, tools: [tool] }, 4, "maxFuel"],
      [
        { code: { grants: { allowedPaths: {} } }, tools: [tool] },
        4,
        '"allowedPaths" is unknown',
      ],
      [{ tools: [tool], tool: 1 }, 7, '"tool" is unknown'],
      [{ tools: [{ ...tool, limits: { maxMemoryBytes: 1 } }] }, 6, "65536"],
      [{ tools: [tool, { ...tool, limits: { maxMem: 1 } }] }, 9, "maxMem"],
      [{ limits: { maxFuel: -1 }, tools: [tool] }, 3, "maxFuel"],
      [{ tools: [{ source: "https://e.example/t.wasm" }] }, 3, "integrity"],
      [{ tools: [tool, 5] }, 6, "tools.1 is not an object, got 5"],
      [{ tools: {} }, 2, "tools is not a list"],
      [
        { tools: [{ ...tool, grants: { secrets: { K: { hosts: [] } } } }] },
        7,
        "env is not a variable's name",
      ],
    ] as const
  ) {
    await withFolder({ "sandbox.json": file }, async (_, config) => {
      const { code, stdout, stderr } = await runRunner([
        "serve",
        "--config",
        config,
      ]);
      assertEquals([code, stdout], [2, ""], stderr);
      assertStringIncludes(stderr, `line ${line}: `);
      assertStringIncludes(stderr, what);
    });
  }
});

Deno.test("serve takes a folder for the tools in it, and refuses two of one name", async () => {
  await withFolder({
    "b.wasm": saying("two", "b"),
    "a.wasm": saying("one", "a"),
    "notes.txt": {},
  }, async (folder) => {
    const runner = new ServingRunner([folder]);
    assertEquals(await runner.toolNames(), ["one", "two"]);
    await runner.end();
    await Deno.writeFile(join(folder, "c.wasm"), saying("one", "c"));
    const { code, stderr } = await runRunner(["serve", folder]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "there is a tool named one already");
  });
});

Deno.test("serve refuses a tool that is not what was locked, and says how it differs", async () => {
  await withFolder({
    "one.wasm": saying("one", "a"),
    "two.wasm": saying("two", "b"),
    "sandbox.json": { tools: ["one.wasm", "two.wasm"] },
  }, async (folder, config) => {
    const lock = async (...flags: string[]) => {
      const child = startRunner(["lock", "--config", config, ...flags], [
        `--allow-write=${folder}`,
      ]);
      await child.stdin.close();
      const { code, stdout, stderr } = await child.output();
      const decoder = new TextDecoder();
      return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
    };
    const path = join(folder, "tools.lock");
    assertEquals((await lock()).code, 0);
    const first = await Deno.readTextFile(path);
    assertEquals((await lock("--update")).code, 0);
    assertEquals(await Deno.readTextFile(path), first);
    const { tools } = JSON.parse(first);
    assertEquals(Object.keys(tools), ["one", "two"]);
    assertEquals(tools.one.imports, {
      wasi_snapshot_preview1: ["fd_write", "poll_oneoff"],
    });

    const changed = scriptedTool({
      schema: { name: "one", description: "\u001b[31mEvil\u202e" },
      answer: "evil",
    });
    await Deno.writeFile(join(folder, "one.wasm"), changed);
    const runner = new ServingRunner(["--config", config]);
    assertEquals(await runner.toolNames(), ["two"]);
    await runner.end();
    assertStringIncludes(runner.stderr, "Refused tool one");
    assertStringIncludes(runner.stderr, '- description: ""');
    assertStringIncludes(runner.stderr, "+ description: ");
    assertStringIncludes(runner.stderr, "+ sha256: ");
    assertPrintable(runner.stderr);

    const { code, text } = await lock();
    assertEquals(code, 2);
    assertStringIncludes(text, "+ one.description: ");
    assertEquals(await Deno.readTextFile(path), first);
    assertEquals((await lock("--update")).code, 0);
    assertPrintable(await Deno.readTextFile(path));
    const again = new ServingRunner(["--config", config]);
    assertEquals(await again.call("one"), "evil");
    await again.end();
  });
});

Deno.test("serve --watch loads a tool that changed, and drops no call of the old one", async () => {
  const slow = (answer: string) =>
    scriptedTool({
      schema: { name: "one" },
      steps: [{ waitMs: 2_500 }],
      answer,
    });
  await withFolder({
    "one.wasm": slow("old"),
    "sandbox.json": { tools: ["one.wasm"] },
  }, async (folder, config) => {
    const runner = new ServingRunner(["--config", config, "--watch"]);
    await runner.toolNames();
    const old = runner.call("one");
    await new Promise((resolve) => setTimeout(resolve, 300));
    await Deno.writeFile(join(folder, "one.wasm"), saying("one", "new"));
    await runner.untilPrinted("were reloaded");
    assertEquals(await old, "old");
    assertEquals(await runner.call("one"), "new");
    // What can't be loaded leaves the tool as it was.
    await Deno.writeFile(join(folder, "one.wasm"), new Uint8Array(9));
    await runner.untilPrinted("Cannot");
    assertEquals(await runner.call("one"), "new");
    await Deno.writeFile(join(folder, "two.wasm"), saying("two", "b"));
    await Deno.writeFile(join(folder, "one.wasm"), saying("one", "newer"));
    const tools = ["one.wasm", "two.wasm"];
    await Deno.writeTextFile(config, JSON.stringify({ tools }));
    await runner.untilPrinted("were reloaded\nTools were reloaded")
      .catch(() => {});
    assertEquals(await runner.toolNames(), ["one", "two"]);
    assertEquals(await runner.end(), 0);
  });
});

Deno.test("serve --http listens where it is told, with the token that it is given", async () => {
  const child = startRunner(
    ["serve", ECHO, "--http", "127.0.0.1:0", "--token-env", "MCP_TEST_TOKEN"],
    ["--allow-net=127.0.0.1", "--allow-env=MCP_TEST_TOKEN"],
    { MCP_TEST_TOKEN: "secret-of-this-test" },
  );
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  const [, url = ""] = /Listening on (\S+)/.exec(value) ?? [];
  const ask = async (token: string) => {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "authorization": `Bearer ${token}`,
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    });
    return [response.status, await response.text()] as const;
  };
  assertEquals((await ask("wrong"))[0], 401);
  const [status, text] = await ask("secret-of-this-test");
  assertEquals(status, 200);
  assertStringIncludes(text, '"echo"');
  child.kill("SIGTERM");
  assertEquals((await child.status).code, 0);
  await reader.cancel();
  await child.stdout.cancel();
  await child.stdin.close();
});

Deno.test("Other verbs load nothing of MCP", async () => {
  const { loaded } = await loadedModules((_, isDynamic) => !isDynamic);
  assert(loaded.size > 20);
  assertEquals([...loaded].filter((one) => one.includes("modelcontext")), []);
  assertEquals([...loaded].filter((one) => one.includes("/adapters/")), []);
});
