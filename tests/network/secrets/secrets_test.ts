import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { SandboxConfig, ToolSandbox } from "../../../mod.ts";
import { answer, type RawHandler, RawServer } from "../raw_server.ts";
import { RequestingTool } from "../requesting_tool.ts";

const VALUE = 's3cr3t+value/with"quotes&<more>';
const MASK = "{{KEY}}";

async function withSecret(
  handler: RawHandler,
  act: (server: RawServer, tool: RequestingTool) => Promise<void>,
): Promise<void> {
  await using server = new RawServer(handler);
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host, "localhost"])
      .secret("KEY", VALUE, { hosts: [server.host] })
      .secret("OTHER", "the other value", { hosts: ["other.test"] })
  );
  await act(server, tool);
}

Deno.test("A secret is filled into headers, query and body, and nowhere else", async () => {
  await withSecret(() => answer("ok"), async (server, tool) => {
    const url =
      `http://${server.host}/p?k={{KEY}}&e=%7B%7BKEY%7D%7D&n={{NONE}}`;
    const headers = { authorization: "Bearer {{KEY}}, {{KEY}}" };
    const body = '{"key":"{{KEY}}","none":"{{NONE}}"}';
    const found = await tool.outcome({ method: "POST", url, headers }, body);
    assertEquals(found.body, "ok");
    const [sent] = server.requests;
    const encoded = encodeURIComponent(VALUE);
    assertEquals(sent!.path, `/p?k=${encoded}&e=${encoded}&n={{NONE}}`);
    assertStringIncludes(
      sent!.head,
      `authorization: bearer ${VALUE}, ${VALUE}`,
    );
    assertEquals(sent!.body, `{"key":"${VALUE}","none":"{{NONE}}"}`);
    assertEquals(found.head?.url, url);
    const places = [
      { url: `http://${server.host}/{{KEY}}` },
      { url: `http://${server.host}/`, headers: { "{{KEY}}": "x" } },
    ];
    for (const head of places) {
      const { errno } = await tool.outcome(head);
      assert(errno === 1 || errno === 2, JSON.stringify(head));
    }
    assertEquals(server.requests.length, 1);
  });
});

Deno.test("A secret goes to its hosts only", async () => {
  await withSecret(() => answer("ok"), async (server, tool) => {
    const here = `http://${server.host}/`;
    const requests = [
      { head: { url: `http://localhost:${server.port}/?k={{KEY}}` } },
      { head: { url: here, headers: { "x-key": "{{OTHER}}" } } },
      { head: { url: here, method: "POST" }, body: "{{OTHER}}" },
      {
        head: {
          url: here,
          headers: { "x-key": "{{KEY}}", range: "bytes=0-1" },
        },
      },
    ];
    const result = await tool.call(requests);
    assert(result.ok);
    const outcomes = result.value as unknown as { errno: number }[];
    assertEquals(outcomes.map(({ errno }) => errno), [2, 2, 2, 1]);
    assertEquals(result.denied.map(({ url }) => url), [
      `http://localhost:${server.port}/?k={{KEY}}`,
      here,
      here,
    ]);
    assertStringIncludes(result.denied[0]!.reason, "Secret KEY is not for");
    assertEquals(server.requests.length, 0);
  });
});

Deno.test("Without a port, a secret goes over https only", async () => {
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork(["api.test"])
      .secret("KEY", VALUE, { hosts: ["api.test"] })
  );
  const { errno, text } = await tool.outcome({
    url: "http://api.test/?k={{KEY}}",
  });
  assertEquals(errno, 2);
  assertStringIncludes(text!, "over https only");
});

Deno.test("A response that repeats a secret is masked, in many spellings and any pieces", async () => {
  const bytes = new TextEncoder().encode(VALUE);
  const spelled = [
    VALUE,
    encodeURIComponent(VALUE),
    JSON.stringify(VALUE).slice(1, -1),
    bytes.toHex(),
    bytes.toHex().toUpperCase(),
    VALUE.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
  ];
  let body = "";
  let size = 1;
  const handler: RawHandler = async (_, { write, close }) => {
    await write(`HTTP/1.1 200 OK\r\nx-echo: ${VALUE}\r\n\r\n`);
    for (let at = 0; at < body.length; at += size) {
      await write(body.slice(at, at + size));
      if (size < 20) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    close();
  };
  await withSecret(handler, async (server, tool) => {
    const url = `http://${server.host}/`;
    for (const spelling of spelled) {
      for (size of [7, 1000]) {
        body = `<${spelling}> and ${spelling}${spelling}.`;
        const found = await tool.outcome({ url });
        assertEquals(found.body, `<${MASK}> and ${MASK}${MASK}.`, spelling);
        assertEquals(found.head?.headers["x-echo"], MASK);
      }
    }
    // In base64 the ends depend on what stands beside the secret.
    for (const before of ["", "a", "ab", "user:"]) {
      const packed = btoa(`${before}${VALUE}!`);
      body = packed;
      const found = await tool.outcome({ url });
      assertStringIncludes(found.body!, MASK);
      const left = found.body!.replace(MASK, "");
      assert(left.length <= 12, `${left} is left of ${packed}`);
    }
  });
});

Deno.test("A secret is in no error, refusal, URL or length that a guest or a host sees", async () => {
  const location = `http://localhost:1/?leak=${encodeURIComponent(VALUE)}`;
  const answers: readonly string[] = [
    `HTTP/1.1 200 ${VALUE}\nbroken\r\n\r\n`,
    `HTTP/1.1 200 OK\r\nbad header ${VALUE}\r\n\r\n`,
    `HTTP/1.1 200 OK\r\ntransfer-encoding: ${VALUE}\r\n\r\n`,
    answer("", `location: ${location}\r\n`, "302 Found"),
    answer("", `location: /same?leak=${VALUE}\r\n`, "302 Found"),
    answer("", `location: /same/${VALUE}\r\n`, "302 Found"),
    answer(
      "",
      `location: /same?leak=%733cr3t${VALUE.slice(6)}\r\n`,
      "302 Found",
    ),
    answer(VALUE),
  ];
  let next = "";
  await withSecret(
    ({ path }) => path.startsWith("/same") ? answer("same") : next,
    async (server, tool) => {
      for (next of answers) {
        const url = `http://${server.host}/?k={{KEY}}`;
        const result = await tool.call([{ head: { url } }]);
        const seen = Deno.inspect(result, { depth: 20 }) +
          JSON.stringify(result);
        for (const part of ["3cr3t", "with%22", 'with\\"', "leak=s3"]) {
          assertEquals(seen.includes(part), false, seen);
        }
        assertEquals(seen.includes("content-length"), false);
      }
    },
  );
});

Deno.test("A redirect with a secret in its body goes to no other origin", async () => {
  await using other = new RawServer(() => answer("other"));
  await withSecret(
    () =>
      answer(
        "",
        `location: http://localhost:${other.port}/\r\n`,
        "307 Temporary",
      ),
    async (server, tool) => {
      const { errno, text } = await tool.outcome({
        method: "POST",
        url: `http://${server.host}/`,
      }, "{{KEY}}");
      assertEquals(errno, 2);
      assertStringIncludes(text!, "would send a secret there");
      assertEquals(other.requests.length, 0);
    },
  );
});

Deno.test("A configuration shows the names of its secrets, and no values", async () => {
  const builder = SandboxConfig.builder()
    .secret("KEY", VALUE, { hosts: ["api.test"] });
  const config = builder.build();
  await using sandbox = new ToolSandbox(config);
  assertEquals(config.secrets, [{ name: "KEY", hosts: ["api.test"] }]);
  for (const shown of [builder, config, sandbox]) {
    const options = { depth: 20, showHidden: true, getters: true };
    const text = Deno.inspect(shown, options) + JSON.stringify(shown) +
      JSON.stringify({ ...shown });
    assertEquals(text.includes("s3cr3t"), false);
  }
  assertEquals(
    JSON.stringify(structuredClone({ ...config })).includes("s3cr3t"),
    false,
  );
});

Deno.test("SandboxConfigBuilder.secret refuses what can't be one, without the value", () => {
  const hosts = ["a.test"];
  const value = "val-ue-value";
  const cases: readonly [string, string, unknown][] = [
    ["", value, { hosts }],
    ["A B", value, { hosts }],
    ["{{A}}", value, { hosts }],
    ["A", "", { hosts }],
    ["A", "val", { hosts }],
    ["A", "val-ue\r\nx: y", { hosts }],
    ["A", " val-ue", { hosts }],
    ["A", "val-ue-é", { hosts }],
    ["A", "val-ue".repeat(2000), { hosts }],
    ["A", value, { hosts: [] }],
    ["A", value, { hosts: ["http://a.test/"] }],
    ["A", value, { hosts: [1] }],
    ["A", value, {}],
    ["A", value, { hosts, port: 1 }],
    ["A", value, undefined],
  ];
  for (const [name, secret, options] of cases) {
    const error = assertThrows(
      () =>
        SandboxConfig.builder()
          .secret(name, secret, options as { hosts: string[] }),
      TypeError,
      "Cannot set secret: ",
    );
    assertEquals(error.message.includes("val-ue"), false, error.message);
  }
  const builder = SandboxConfig.builder().secret("A", value, { hosts });
  assertThrows(
    () => builder.secret("A", value, { hosts }),
    TypeError,
    "set already",
  );
});
