import {
  assert,
  assertEquals,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import { answer, type RawHandler, RawServer } from "../network/raw_server.ts";
import { type Outcome, RequestingTool } from "../network/requesting_tool.ts";

/** With capitals, which names of headers and hosts lose, and what is escaped. */
const VALUE = "S3cr3t-Value/of+This-Key";
const MASK = "{{KEY}}";

async function withKey(
  handler: RawHandler,
  act: (server: RawServer, tool: RequestingTool) => Promise<void>,
  value = VALUE,
  limits: { responseBytes?: number; headerBytes?: number } = {},
): Promise<void> {
  await using server = new RawServer(handler);
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host, "localhost"]).networkLimits(limits)
      .secret("KEY", value, { hosts: [server.host] })
  );
  await act(server, tool);
}

/** Everything that a guest and its host see of a call. */
async function seen(tool: RequestingTool, url: string): Promise<string> {
  const result = await tool.call([{ head: { url } }]);
  return Deno.inspect(result, { depth: 20, strAbbreviateSize: 1e6 }) +
    JSON.stringify(result);
}

Deno.test("What a server stored of a secret can't be had in pieces", async () => {
  let stored = "";
  await using elsewhere = new RawServer(() =>
    answer("", `location: ${target}\r\n`, "302 Found")
  );
  let target = "";
  await using server = new RawServer(({ method, body, head }) => {
    if (method === "POST") stored = body;
    const [, from, to] = /range: bytes=(\d+)-(\d+)/.exec(head) ?? [];
    if (from === undefined) return answer(stored);
    const piece = stored.slice(Number(from), Number(to) + 1);
    return answer(piece, "", "206 Partial Content");
  });
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork(["127.0.0.1"])
      .secret("KEY", VALUE, { hosts: [server.host] })
  );
  const url = `http://${server.host}/note`;
  await tool.outcome({ url, method: "POST" }, "my {{KEY}}");
  assertEquals(stored, `my ${VALUE}`);
  assertEquals((await tool.outcome({ url })).body, `my ${MASK}`);
  // Another port of the host may serve the same, and a redirect lead there.
  target = url;
  const names = ["range", "Range", "request-range"];
  for (const name of names) {
    const headers = { [name]: "bytes=3-6" };
    for (const start of [url, `http://${elsewhere.host}/`]) {
      const { errno, text } = await tool.outcome({ url: start, headers });
      assertEquals(errno, 1);
      assertStringIncludes(text!, "can't be asked for a range");
    }
  }
  assert(server.requests.every(({ head }) => !head.includes("range:")));
});

Deno.test("A secret does not come back in what we change: names, hosts, joined values", async () => {
  const upper = VALUE.toUpperCase();
  const bare = "S3cr3tValueOfThisKey";
  const echoes: readonly [string, string][] = [
    [bare, answer("", `x-${bare}: 1\r\n`)],
    [bare, answer("", `${bare}: ${bare}\r\n`)],
    [bare, answer("", `location: http://${bare}.test/\r\n`, "302 Found")],
    [bare, answer("", `location: http://a.${bare}.test/\r\n`, "307 Found")],
    [bare, answer("", `location: //${bare}@localhost:1/\r\n`, "302 Found")],
    [bare, answer("", `location: /x/%53${bare.slice(1)}\r\n`, "302 Found")],
    [bare, answer("", `location: http://[${bare}]/\r\n`, "302 Found")],
    [VALUE, answer(upper + VALUE.toLowerCase())],
    [VALUE, answer("", `x-a: ${VALUE}\r\nx-a: ${VALUE}\r\n`)],
    [VALUE, answer("", `location: /${encodeURI(VALUE)}\r\n`, "302 Found")],
    [VALUE, `HTTP/1.1 200 ${"x".repeat(77)}${VALUE}\nbad\r\n\r\n`],
    [VALUE, `${"x".repeat(90)}${VALUE}\r\n\r\n`],
    [VALUE, `HTTP/1.1 200 OK\r\n${"x".repeat(90)} ${VALUE}: 1\r\n\r\n`],
    [VALUE, `HTTP/1.1 200 OK\r\ncontent-length: 1${VALUE}\r\n\r\n`],
    [VALUE, `HTTP/1.1 200 OK\r\ntransfer-encoding: ${VALUE}\r\n\r\n`],
    [VALUE, answer("x", `content-encoding: ${"x".repeat(90)}${VALUE}\r\n`)],
    [
      VALUE,
      answer(
        "",
        `location: http://localhost:1/?${"x".repeat(150)}${VALUE}\r\n`,
        "302 Found",
      ),
    ],
  ];
  for (const [value, echo] of echoes) {
    const handler: RawHandler = ({ path }) =>
      path === "/start" ? echo : answer("end");
    await withKey(handler, async (server, tool) => {
      const text = await seen(tool, `http://${server.host}/start`);
      const folded = text.toLowerCase();
      for (const part of ["s3cr3t", "value/of", "valueof", "3cr3tv"]) {
        assertEquals(folded.includes(part), false, `${echo}\n${text}`);
      }
    }, value);
  }
});

Deno.test("A secret does not come back in any of the forms that are masked", async () => {
  const json = JSON.stringify(VALUE).slice(1, -1);
  const bytes = new TextEncoder().encode(VALUE);
  const forms: Readonly<Record<string, string>> = {
    "slashes escaped": json.replaceAll("/", "\\/"),
    "plus escaped": json.replaceAll("+", "\\u002B"),
    "plus escaped, lower": json.replaceAll("+", "\\u002b"),
    "both": json.replaceAll("/", "\\/").replaceAll("+", "\\u002b"),
    "slash by number": json.replaceAll("/", "\\u002F"),
    "JSON in JSON": JSON.stringify(json.replaceAll("/", "\\/")).slice(1, -1),
    "all by number": [...VALUE].map((it) =>
      `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`
    ).join(""),
    "percent": encodeURIComponent(VALUE),
    "percent, lower": encodeURIComponent(VALUE).toLowerCase(),
    "percent, twice": encodeURIComponent(encodeURIComponent(VALUE)),
    "percent, all": [...bytes].map((it) => `%${it.toString(16)}`).join(""),
    "HTML": VALUE.replaceAll("/", "&#x2F;").replaceAll("+", "&#43;"),
    "HTML, by name": VALUE.replaceAll("/", "&sol;").replaceAll("+", "&plus;"),
    "hex": bytes.toHex(),
    "hex, mixed": bytes.toHex().replaceAll("a", "A").replaceAll("d", "D"),
    "base64": bytes.toBase64(),
    "base64url": bytes.toBase64({ alphabet: "base64url" }),
    "base64 in JSON": bytes.toBase64().replaceAll("/", "\\/"),
  };
  let body = "";
  let size = 1;
  const handler: RawHandler = async (_, { write, close }) => {
    await write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    for (let at = 0; at < body.length; at += size) {
      const piece = body.slice(at, at + size);
      await write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
    }
    await write("0\r\n\r\n");
    close();
  };
  await withKey(handler, async (server, tool) => {
    for (const [name, form] of Object.entries(forms)) {
      for (size of [5, 1000]) {
        body = `{"key":"${form}"}`;
        const found = await tool.outcome({ url: `http://${server.host}/` });
        const left = found.body!.replace(MASK, "");
        assertStringIncludes(found.body!, MASK, name);
        assertLess(left.length, '{"key":""}'.length + 4, `${name}: ${left}`);
      }
    }
  });
});

async function gzip(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}

Deno.test("A secret is masked across the members of a packed body, and none is passed on packed", async () => {
  const members = await Promise.all(
    [`a ${VALUE.slice(0, 9)}`, VALUE.slice(9), ` b ${VALUE}`].map(gzip),
  );
  const handler: RawHandler = async ({ path }, { write, close }) => {
    const coding = path.slice(1);
    await write(`HTTP/1.1 200 OK\r\ncontent-encoding: ${coding}\r\n\r\n`);
    for (const member of members) await write(member);
    close();
  };
  await withKey(handler, async (server, tool) => {
    const url = `http://${server.host}`;
    const { body } = await tool.outcome({ url: `${url}/gzip` });
    assertEquals(body, `a ${MASK} b ${MASK}`);
    for (const coding of ["br", "deflate", "x-own", "gzip,%20gzip"]) {
      const { errno, text } = await tool.outcome({ url: `${url}/${coding}` });
      assertEquals(errno, 5);
      assertStringIncludes(text!, "secrets could not be masked");
    }
  });
});

/** At which sizes of what a guest chooses a limit is reached. */
async function reached(
  value: string,
  handler: RawHandler,
  ask: (tool: RequestingTool, url: string, size: number) => Promise<Outcome>,
): Promise<readonly (number | undefined)[]> {
  const errors: (number | undefined)[] = [];
  const limits = { responseBytes: 3000, headerBytes: 3000, requestBytes: 3000 };
  await withKey(
    handler,
    async (server, tool) => {
      const url = `http://${server.host}/`;
      for (let size = 1800; size < 3040; size += 5) {
        errors.push((await ask(tool, url, size)).errno);
      }
    },
    value,
    limits,
  );
  return errors;
}

Deno.test("No limit measures a secret", async () => {
  const values = ["four", "s3cret-of-20-letters", "s3cret-of-4x".repeat(4)];
  const pad = (size: number) => "x".repeat(size);
  const sized = (path: string) => pad(Number(path.slice(1)));
  const oracles: Readonly<
    Record<string, (value: string) => ReturnType<typeof reached>>
  > = {
    "of response bodies": (value) =>
      reached(
        value,
        ({ path }) => answer(sized(path) + value),
        (tool, url, size) => tool.outcome({ url: url + size }),
      ),
    "of response heads": (value) =>
      reached(
        value,
        ({ path }) => answer("", `a: ${sized(path)}\r\nb: ${value}\r\n`),
        (tool, url, size) => tool.outcome({ url: url + size }),
      ),
    "of request bodies": (value) =>
      reached(
        value,
        () => answer(""),
        (tool, url, size) =>
          tool.outcome({ url, method: "POST" }, `{{KEY}}${pad(size)}`),
      ),
    "of request heads": (value) =>
      reached(
        value,
        () => answer(""),
        (tool, url, size) =>
          tool.outcome({ url, headers: { a: pad(size), b: "{{KEY}}" } }),
      ),
  };
  for (const [name, oracle] of Object.entries(oracles)) {
    const [first, ...others] = await Promise.all(values.map(oracle));
    assert(first!.includes(3), `${name}: no limit was reached`);
    assert(first!.includes(undefined), `${name}: nothing got through`);
    for (const other of others) assertEquals(other, first, name);
  }
});

Deno.test("Secrets that are filled in many times over count before they grow", async () => {
  const value = "k".repeat(8192);
  await withKey(() => answer("ok"), async (server, tool) => {
    const url = `http://${server.host}/`;
    const many = "{{KEY}}".repeat(1000);
    const before = Deno.memoryUsage().rss;
    const outcomes = [
      await tool.outcome({ url, method: "POST" }, many.repeat(140)),
      await tool.outcome({ url: `${url}?${many}` }),
      await tool.outcome({ url, headers: { a: many, b: many } }),
    ];
    assertEquals(outcomes.map(({ errno }) => errno), [3, 3, 3]);
    assertLess(Deno.memoryUsage().rss - before, 100 * 1024 * 1024);
    assertEquals(server.requests.length, 0);
    const one = await tool.outcome(
      { url: `${url}?{{KEY}}`, method: "POST", headers: { a: "{{KEY}}" } },
      "{{KEY}}{{KEY}}",
    );
    assertEquals(one.body, "ok");
    assertEquals(server.requests[0]!.body, value + value);
  }, value);
});
