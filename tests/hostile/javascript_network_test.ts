import {
  assert,
  assertEquals,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import process from "node:process";
import type { SandboxOptions } from "../../mod.ts";
import {
  type CodeMode,
  codeMode,
  type CodeResult,
} from "../../src/adapters/code_mode/mod.ts";
import { answer, RawServer } from "../network/raw_server.ts";

const VALUE = "S3cr3t-Value/of+This-Key";
/** For what ends by itself, however busy the machine. */
const PATIENT_MS = 30_000;
const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

async function withMode(
  config: SandboxOptions,
  act: (
    mode: CodeMode,
    run: (code: string, timeout?: number) => Promise<CodeResult>,
  ) => Promise<void>,
): Promise<void> {
  await using mode = codeMode({
    tools: {
      add: ({ a, b }) => a + b,
      never: () => new Promise(() => {}),
    },
    config,
  });
  const run = (code: string, timeout = PATIENT_MS) =>
    mode.run(code, { timeout });
  // The fetching worker's types are checked by `deno test` when it starts.
  valueOf(await run("await fetch('http://127.0.0.1:1/').catch(() => {}); 1"));
  await act(mode, run);
  assertEquals(valueOf(await run("return tools.add({ a: 20, b: 22 })")), 42);
}

function valueOf(result: CodeResult): unknown {
  if (!result.ok) throw result.error;
  return result.value;
}

/** Everything that the host sees of a program. */
const shown = (result: CodeResult) =>
  Deno.inspect(result, { depth: 20, strAbbreviateSize: 1e6 }) +
  JSON.stringify(result);

Deno.test("Without a grant a program reaches nobody, whatever it asks for", async () => {
  await using server = new RawServer(() => answer("never"));
  await withMode({}, async (_, run) => {
    const result = await run(`const urls = ["http://${server.host}/",
      "http://localhost:${server.port}/", "http://0x7f000001:${server.port}/",
      "http://[::ffff:127.0.0.1]:${server.port}/", "http://169.254.169.254/",
      "file:///etc/passwd", "ftp://a.test/", "https://user:pass@a.test/",
      "http://${server.host}.a.test/", "//${server.host}/"];
      const ends = await Promise.allSettled(urls.map((url) => fetch(url)));
      return ends.map(({ reason }) => reason.name)`);
    assertEquals(valueOf(result), Array(10).fill("TypeError"));
    assertEquals(result.denied.length, 8);
    const many = await run(`await Promise.allSettled(Array.from({ length: 100 },
      (_, n) => fetch("http://a.test/" + n + "x".repeat(5e3))));`);
    assertEquals(many.denied.length, 32);
    assert(many.denied.every(({ url }) => url.length <= 201));
  });
  assertEquals(server.connections, 0);
});

Deno.test("A grant of one host is none of another, and none of where it redirects to", async () => {
  await using other = new RawServer(() => answer("never"));
  await using server = new RawServer(() =>
    answer("", `location: http://${other.host}/\r\n`, "302 Found")
  );
  await withMode({ allowNetwork: [server.host] }, async (_, run) => {
    const result = await run(`const ends = await Promise.allSettled([
        fetch("http://${other.host}/"), fetch("http://${server.host}/")]);
      return ends.map(({ reason }) => reason.message)`);
    const reason = `Host "${other.host}" is not granted`;
    assertEquals(valueOf(result), [
      `Cannot fetch "http://${other.host}/": ${reason}`,
      `Cannot fetch "http://${server.host}/": ${reason}`,
    ]);
    assertEquals(result.denied, [
      { url: `http://${other.host}/`, reason },
      { url: `http://${other.host}/`, reason },
    ]);
  });
  assertEquals(other.connections, 0);
  assertEquals(server.requests.length, 1);
});

Deno.test("A program uses a secret and never sees it", async () => {
  const seen: string[] = [];
  await using server = new RawServer(({ head, body, path }) => {
    seen.push(head + body);
    return answer(
      `${VALUE} ${btoa(VALUE)} ${body} ${path}`,
      `x-echo: ${VALUE}\r\n`,
      `200 ${VALUE}`,
    );
  });
  const config = {
    allowNetwork: [server.host, "localhost"],
    secrets: { KEY: { value: VALUE, hosts: [server.host] } },
  };
  await withMode(config, async (_, run) => {
    const result = await run(
      `const r = await fetch("http://${server.host}/?q={{KEY}}", {
        method: "POST", headers: { authorization: "Bearer {{KEY}}" }, body: "b={{KEY}}" });
      const copy = r.clone();
      const all = [await r.text(), [...await copy.bytes()].map((b) => String.fromCharCode(b)).join(""),
        ...r.headers, r.url, r.statusText];
      console.log(all, r);
      const other = await fetch("http://localhost:${server.port}/{{KEY}}", {
        headers: { a: "{{KEY}}" } }).catch((e) => e.message);
      const path = await fetch("http://${server.host}/{{KEY}}").catch((e) => e.message);
      return [all, other, path]`,
    );
    valueOf(result);
    assertStringIncludes(seen[0]!, `bearer ${VALUE.toLowerCase()}`);
    assertStringIncludes(seen[0]!, `b=${VALUE}`);
    const text = shown(result);
    assertStringIncludes(text, "{{KEY}}");
    for (const form of [VALUE, btoa(VALUE), encodeURIComponent(VALUE)]) {
      assert(!text.includes(form), form);
    }
    assertEquals(seen.length, 1);
  });
});

Deno.test("A body that is too large, or never ends, costs no more than its limit", async () => {
  const piece = new Uint8Array(65_536).fill(120);
  await using server = new RawServer(async ({ path }, reply) => {
    await reply.write("HTTP/1.1 200 OK\r\n\r\n");
    if (path === "/drips") {
      while (await reply.write("x")) await pause(5);
    } else while (await reply.write(piece)) { /* for ever */ }
  });
  const config = {
    allowNetwork: [server.host],
    networkLimits: { responseBytes: 5_000_000 },
  };
  await withMode(config, async (_, run) => {
    const base = `http://${server.host}`;
    const before = process.memoryUsage.rss();
    const huge = await run(
      `const r = await fetch("${base}/"); return (await r.text()).length`,
    );
    assert(!huge.ok);
    assertStringIncludes(huge.error.message, "limit of 5000000 bytes");
    assertEquals(huge.denied.map(({ url }) => url), [`${base}/`]);
    assertLess(process.memoryUsage.rss() - before, 150 * 1_048_576);
    await server.drained();
    for (
      const code of [
        `await (await fetch("${base}/drips")).text()`,
        `await Promise.all([tools.never(), fetch("${base}/drips").then((r) => r.text())])`,
        `setInterval(() => {}, 1); await (await fetch("${base}/drips")).text()`,
      ]
    ) {
      const started = performance.now();
      const result = await run(code, 400);
      assertEquals(result.ok || result.error.kind, "TimeoutExceeded");
      assertLess(performance.now() - started, 3_400);
      await server.drained();
    }
  });
});

Deno.test("A body that does not fit into the memory of the box ends the program", async () => {
  const piece = new Uint8Array(65_536);
  await using server = new RawServer(async (_, reply) => {
    await reply.write("HTTP/1.1 200 OK\r\n\r\n");
    while (await reply.write(piece)) { /* for ever */ }
  });
  const config = {
    allowNetwork: [server.host],
    networkLimits: { responseBytes: 2 ** 32 },
    maxMemoryBytes: 32 * 1_048_576,
  };
  await withMode(config, async (_, run) => {
    const result = await run(
      `await (await fetch("http://${server.host}/")).bytes()`,
    );
    assertEquals(result.ok || result.error.kind, "MemoryLimitExceeded");
    await server.drained();
  });
});

Deno.test("A thousand requests at once are bounded, and each has its own answer", async () => {
  await using server = new RawServer(({ path }) => answer(path));
  const program = `let count = 0;
    const all = Array.from({ length: 1000 }, (_, n) =>
      fetch("http://${server.host}/" + n).then((r) => r.text()).then((t) => {
        if (t === "/" + n) count++;
      }));
    const ends = await Promise.allSettled(all);
    return [count, ends.filter(({ status }) => status === "rejected").length]`;
  await withMode({ allowNetwork: [server.host] }, async (_, run) => {
    const result = await run(program);
    assertEquals(valueOf(result), [32, 968]);
    assertStringIncludes(result.denied[0]!.reason, "limit of 32 requests");
  });
  assertEquals(server.requests.length, 32);
  const config = {
    allowNetwork: [server.host],
    networkLimits: { requests: 1_000 },
  };
  await withMode(config, async (_, run) => {
    assertEquals(valueOf(await run(program)), [1_000, 0]);
  });
});

Deno.test("Requests that are called off, or left behind, leave nothing", async () => {
  await using server = new RawServer((_, reply) => reply.gone);
  const config = {
    allowNetwork: [server.host],
    networkLimits: { requests: 500 },
  };
  const url = `http://${server.host}/`;
  await withMode(config, async (mode, run) => {
    const off = await run(`let count = 0;
      for (let n = 0; n < 400; n++) {
        const c = new AbortController();
        const f = fetch("${url}", { signal: c.signal }).catch(() => count++);
        if (n % 20 === 0) await new Promise((d) => setTimeout(d, 1));
        c.abort();
        await f;
      }
      return count`);
    assertEquals(valueOf(off), 400);
    await server.drained();
    for (const await_ of ["", "await new Promise((d) => setTimeout(d, 50));"]) {
      const left = `for (let n = 0; n < 20; n++) fetch("${url}"); ${await_} 1`;
      assertEquals(valueOf(await run(left)), 1);
      await server.drained();
    }
    await using session = await mode.session();
    const first = await session.run(`
      globalThis.left = fetch("${url}");
      globalThis.log = [];
      const goesOn = async () => {
        await fetch("${url}").catch(() => log.push("over"));
        for (;;) { log.push("on"); await fetch("${url}").catch(() => {}); }
      };
      goesOn(); await new Promise((d) => setTimeout(d, 20));`);
    assert(first.ok);
    await server.drained();
    const second = await session.run(
      `await new Promise((d) => setTimeout(d, 50));
       return [log, await left.catch((e) => [e.name, e.message])]`,
    );
    assertEquals(valueOf(second), [["over", "on"], [
      "TypeError",
      `Cannot fetch "${url}": The program ended first`,
    ]]);
  });
});

Deno.test("Games with prototypes harm the program that plays them, and nobody else", async () => {
  await using server = new RawServer(({ path }) => answer(path));
  const games = [
    "Map.prototype.get = () => ({})",
    "Map.prototype.keys = function* () { for (;;) yield 1 }",
    "Map.prototype.delete = () => { throw 1 }",
    "Set.prototype.has = () => true",
    "Array.prototype[Symbol.iterator] = function* () { yield 2 ** 40 }",
    "Array.prototype.push = () => { throw 2 }",
    "Int32Array.from = () => ({ buffer: 7, length: -1, subarray: () => [1, 2] })",
    "Int32Array.from = () => ({ buffer: new ArrayBuffer(0), length: 2 ** 31 })",
    "Int32Array.from = () => { const b = new ArrayBuffer(8); b.transfer(); return { buffer: b, length: 2 } }",
    "Object.getPrototypeOf(Int32Array.prototype).subarray = () => [7, -1, 2 ** 33]",
    "globalThis.Int32Array = globalThis.Uint8Array = undefined",
    "JSON.parse = () => ({ status: 'x' }); JSON.stringify = () => '[]'",
    "Promise.prototype.then = () => {}",
    "Promise.prototype.constructor = class { static get [Symbol.species]() { throw 3 } }",
    "Object.prototype.toJSON = () => '{{KEY}}'",
    "Object.prototype.url = 'http://127.0.0.1:1/'; Object.prototype.signal = {}",
    "Object.prototype.then = (done) => done({})",
    "Object.setPrototypeOf = () => { throw 4 }; Error.stackTraceLimit = -1",
    "Error.prepareStackTrace = () => { throw 5 }",
    "Headers.prototype[Symbol.iterator] = function* () { for (;;) yield ['a', 'b'] }",
    "Headers.prototype.append = null; URL.canParse = () => true",
    "Function.prototype.call = Function.prototype.bind = undefined",
    "Math.ceil = () => NaN; Math.min = () => -Infinity",
    "globalThis.URL = globalThis.Headers = globalThis.Request = globalThis.Response = class {}",
    "Object.defineProperty(globalThis, 'AbortSignal', { get() { throw 6 } })",
  ];
  await withMode({ allowNetwork: [server.host] }, async (_, run) => {
    for (const game of games) {
      const result = await run(
        `${game};
         const one = fetch("http://${server.host}/one");
         const other = fetch("http://${server.host}/other", { headers: { a: "1" } });
         const sum = tools.add({ a: 1, b: 2 });
         setTimeout(() => {}, 1);
         return [await (await one).text(), (await other).status, await sum]`,
        1_000,
      );
      const ends = result.ok ? "value" : result.error.kind;
      const sound = [
        "value",
        "ExecutionFailed",
        "TimeoutExceeded",
        "MemoryLimitExceeded",
      ];
      assert(sound.includes(ends), `${game}: ${ends}`);
      const next = await run(
        `return await (await fetch("http://${server.host}/next")).text()`,
      );
      assertEquals(valueOf(next), "/next", game);
    }
  });
});

Deno.test("Waiting for the network and for tools at once burns no CPU", async () => {
  await using server = new RawServer((_, reply) => reply.gone);
  await withMode({ allowNetwork: [server.host] }, async (_, run) => {
    const before = process.cpuUsage();
    const result = await run(
      `await Promise.all([tools.never(), fetch("http://${server.host}/")])`,
      2_000,
    );
    assertEquals(result.ok || result.error.kind, "TimeoutExceeded");
    const { user, system } = process.cpuUsage(before);
    assertLess((user + system) / 1_000, 1_000);
  });
});
