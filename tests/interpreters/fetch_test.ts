import {
  assert,
  assertEquals,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import {
  codeMode,
  type CodeResult,
  resultText,
} from "../../src/adapters/code_mode/mod.ts";
import { SandboxedTool, type SandboxOptions } from "../../mod.ts";
import { answer, RawServer } from "../network/raw_server.ts";

const SLOW_MS = 300;
const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** A server for programs; what it answers is said by the path. */
function serve(): RawServer {
  const server: RawServer = new RawServer(
    async ({ method, path, head, body }, reply) => {
      switch (path.split("?")[0]) {
        case "/slow":
          await pause(SLOW_MS);
          return answer("slow");
        case "/moved":
          return answer("", "location: /echo?moved\r\n", "303 See Other");
        case "/missing":
          return answer("nothing", "set-cookie: a=1\r\n", "404 Not Found");
        case "/large":
          return answer("x".repeat(300_000));
        case "/pieces":
          await reply.write("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n");
          for (const piece of ["ab", "cd", "ef"]) {
            await pause(20);
            await reply.write(piece);
          }
          return;
        case "/broken":
          await reply.write("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nab");
          await pause(20);
          return reply.close();
        case "/hangs":
          await reply.gone;
          return;
        default:
          if (method === "HEAD") return "HTTP/1.1 200 OK\r\n\r\n";
          return answer(
            JSON.stringify({
              method,
              path,
              body: escapeBytes(body),
              type: /content-type: ([^\r]*)/.exec(head)?.[1] ?? null,
              key: /x-key: ([^\r]*)/.exec(head)?.[1] ?? null,
            }),
            "content-type: application/json\r\n",
          );
      }
    },
  );
  return server;
}

/** Bytes that are not ASCII, in hexadecimal. */
function escapeBytes(bytes: string): string {
  return bytes.replace(
    /[\x80-\xff]/g,
    (one) => `%${one.charCodeAt(0).toString(16)}`,
  );
}

/** Runs programs that know the server's address as `base`. */
async function withPrograms(
  act: (
    run: (code: string, timeout?: number) => Promise<CodeResult>,
    server: RawServer,
  ) => Promise<void>,
  options: SandboxOptions = {},
): Promise<void> {
  await using server = serve();
  await using mode = codeMode({
    tools: {
      slow: async () => {
        await pause(SLOW_MS);
        return "tool";
      },
      quick: () => "quick",
    },
    config: { allowNetwork: [server.host], ...options },
  });
  await mode.warm();
  // The fetching worker's types are checked by `deno test` when it starts.
  const run = (code: string, timeout = 20_000) =>
    mode.run(`const base = "http://${server.host}";\n${code}`, { timeout });
  valueOf(await run("return (await fetch(base)).status"));
  await act(run, server);
}

function valueOf(result: CodeResult): unknown {
  if (!result.ok) throw result.error;
  return result.value;
}

Deno.test("fetch sends what it is told, and gives the response", async () => {
  await withPrograms(async (run) => {
    const value = valueOf(
      await run(`const out = [];
      const got = await fetch(base + "/a?b=c#d", { headers: { "X-Key": "k" } });
      out.push(got.status, got.ok, got.url === base + "/a?b=c", got.redirected,
        got.headers.get("content-type"), await got.json());
      const init = { method: "post", body: JSON.stringify({ a: "ü" }),
        headers: new Headers({ "content-type": "application/json" }) };
      out.push(await (await fetch(new URL("/b", base), init)).json());
      out.push(await (await fetch(new Request(base, { method: "PUT", body: "t" }))).json());
      out.push(await (await fetch({ url: base + "/c", method: "DELETE" })).json());
      const form = { method: "PATCH", body: new URLSearchParams({ a: "b c" }) };
      out.push(await (await fetch(base, form)).json());
      const head = await fetch(base, { method: "HEAD" });
      out.push([head.status, await head.text()]);
      return out`),
    );
    const echo = (method: string, path: string, body = "", type?: string) => ({
      method,
      path,
      body,
      type: type ?? null,
      key: null,
    });
    const json = '{"a":"%c3%bc"}';
    const form = "application/x-www-form-urlencoded;charset=utf-8";
    assertEquals(value, [
      ...[200, true, true, false, "application/json"],
      { ...echo("GET", "/a?b=c"), key: "k" },
      echo("POST", "/b", json, "application/json"),
      echo("PUT", "/", "t", "text/plain;charset=utf-8"),
      echo("DELETE", "/c"),
      echo("PATCH", "/", "a=b+c", form),
      [200, ""],
    ]);
  });
});

Deno.test("fetch follows redirects, and gives bodies whole", async () => {
  await withPrograms(async (run, server) => {
    const value = valueOf(
      await run(
        `const moved = await fetch(base + "/moved", { method: "POST", body: "x" });
      const missing = await fetch(base + "/missing");
      const pieces = await fetch(base + "/pieces");
      const copy = pieces.clone();
      return [moved.redirected, moved.url, (await moved.json()).method,
        missing.ok, missing.status, missing.headers.getSetCookie(), await missing.text(),
        await pieces.text(), new TextDecoder().decode(await copy.arrayBuffer()),
        (await (await fetch(base + "/large")).bytes()).length]`,
      ),
    );
    assertEquals(value, [
      ...[true, `http://${server.host}/echo?moved`, "GET"],
      ...[false, 404, ["a=1"], "nothing"],
      ...["abcdef", "abcdef", 300_000],
    ]);
  });
});

Deno.test("Requests, tools and timers are waited for side by side", async () => {
  await withPrograms(async (run) => {
    const all = `const slow = () => fetch(base + "/slow").then((r) => r.text());
      const timer = () => new Promise((done) => setTimeout(() => done("timer"), ${SLOW_MS}));`;
    const took = async (code: string, times: number) => {
      const started = performance.now();
      const value = valueOf(await run(all + code));
      // One after the other they would take twice as long at least.
      assertLess(performance.now() - started, (times + 1.5) * SLOW_MS);
      return value;
    };
    assertEquals(
      await took(
        "return await Promise.all([slow(), tools.slow(), timer(), slow(), tools.slow()])",
        1,
      ),
      ["slow", "tool", "timer", "slow", "tool"],
    );
    assertEquals(
      await took(
        `const many = Array.from({ length: 8 }, slow);
         for (let n = 0; n < 50; n++) await tools.quick();
         return new Set(await Promise.all(many)).size`,
        1,
      ),
      1,
    );
    assertEquals(
      await took(
        "return await Promise.race([fetch(base + '/hangs'), tools.slow()])",
        1,
      ),
      "tool",
    );
    assertEquals(
      await took(
        `const log = []; const every = setInterval(() => log.push(1), ${
          SLOW_MS / 10
        });
         await slow(); clearInterval(every); return log.length > 2`,
        1,
      ),
      true,
    );
  });
});

Deno.test("fetch can be called off, before its answer and in the middle of a body", async () => {
  await withPrograms(async (run, server) => {
    const value = valueOf(
      await run(`const said = [];
      const note = (promise) => promise.then(() => said.push("came"),
        (e) => said.push(e.name ?? e));
      const c = new AbortController();
      setTimeout(() => c.abort(), 20);
      await note(fetch(base + "/hangs", { signal: c.signal }));
      await note(fetch(base + "/hangs", { signal: AbortSignal.timeout(20) }));
      const d = new AbortController();
      const response = await fetch(base + "/pieces", { signal: d.signal });
      setTimeout(() => d.abort("why"), 1);
      await note(response.text());
      const e = new AbortController();
      const whole = await fetch(base, { signal: e.signal });
      await whole.text(); e.abort();
      await note(fetch(base, { signal: AbortSignal.any([e.signal]) }));
      return said`),
    );
    assertEquals(value, ["AbortError", "TimeoutError", "why", "AbortError"]);
    assertEquals(
      server.requests.filter(({ path }) => path === "/hangs").length,
      2,
    );
  });
});

Deno.test("What goes wrong is a TypeError at the program's own line", async () => {
  await withPrograms(async (run, server) => {
    const broken = await run(
      `const r = await fetch(base + "/broken");\nreturn await r.text()`,
    );
    assert(!broken.ok);
    assertEquals(broken.line, 'const r = await fetch(base + "/broken");');
    assertStringIncludes(
      broken.error.message,
      `TypeError: Cannot fetch "http://${server.host}/broken": Response ended before`,
    );
    const refused = await run(
      `const f = () => fetch("https://example.com/x");\nawait f();`,
    );
    assert(!refused.ok);
    assertEquals(
      refused.line,
      'const f = () => fetch("https://example.com/x");',
    );
    assertEquals(
      refused.error.message,
      'program.js:2:17: TypeError: Cannot fetch "https://example.com/x": Host "example.com" is not granted',
    );
    assertStringIncludes(
      resultText(refused),
      'Requests that were refused: 1, the first to https://example.com/x: Host "example.com" is not granted',
    );
    assertEquals(refused.denied, [{
      url: "https://example.com/x",
      reason: 'Host "example.com" is not granted',
    }]);
    for (
      const [code, says] of [
        ['fetch("/relative")', 'URL "/relative" is malformed'],
        ["fetch(base, { method: 'TRACE' })", "Method"],
        ["fetch(base, { headers: { host: 'b' } })", "can't be set"],
        ["fetch('data:text/plain,x')", 'Scheme "data:" is neither'],
      ] as const
    ) {
      const result = await run(
        `return await ${code}.catch((e) => [e.name, e.message])`,
      );
      const [name, message] = valueOf(result) as [string, string];
      assertEquals(name, "TypeError");
      assert(message.includes(says), message);
    }
  });
});

Deno.test("A tool in JavaScript has fetch over its grants, and in each call anew", async () => {
  await using server = serve();
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/ask.ts`,
      `export const schema = { name: "ask", description: "Asks", parameters: { type: "object" } };
       let count = 0;
       export async function execute({ url }: { url: string }, context: any) {
         count++;
         const [there, host] = await Promise.all([
           fetch(url).then((r) => r.json()),
           context.call("add", { a: 1 }),
         ]);
         return [there.path, host, count];
       }`,
    );
    const add = { name: "add", handler: () => 7 };
    const config = {
      allowNetwork: [server.host],
      functions: { add: add.handler },
    };
    await using tool = await SandboxedTool.load(`${folder}/ask.ts`, config);
    for (let n = 0; n < 3; n++) {
      const url = `http://${server.host}/${n}`;
      assertEquals(await tool.execute({ url }), [`/${n}`, 7, 1]);
    }
    await using bare = await SandboxedTool.load(`${folder}/ask.ts`, {
      functions: { add: add.handler },
    });
    const result = await bare.call({ url: "https://example.com/" });
    assert(!result.ok);
    assertEquals(result.denied.map(({ url }) => url), ["https://example.com/"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("One load of the interpreter serves sandboxes with a grant and without", async () => {
  await using server = serve();
  const code = `try { return (await fetch("http://${server.host}/")).status }
    catch (e) { return e.message }`;
  const run = async (config: SandboxOptions) => {
    await using mode = codeMode({ tools: {}, config });
    const values = [];
    // From the second on they begin in a snapshot.
    for (let n = 0; n < 4; n++) values.push(valueOf(await mode.run(code)));
    return values;
  };
  const granted = { allowNetwork: [server.host] };
  const message =
    `Cannot fetch "http://${server.host}/": Host "${server.host}" is not granted`;
  assertEquals(await run({}), Array(4).fill(message));
  assertEquals(await run(granted), Array(4).fill(200));
  assertEquals(await run({}), Array(4).fill(message));
});
