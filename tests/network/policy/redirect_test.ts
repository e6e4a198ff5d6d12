import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { answer, type RawHandler, RawServer } from "../raw_server.ts";
import { RequestingTool } from "../requesting_tool.ts";

const redirect = (to: string, status = "302 Found") =>
  answer("moved", `location: ${to}\r\n`, status);

async function withServers(
  handler: RawHandler,
  act: (
    inside: RawServer,
    outside: RawServer,
    tool: RequestingTool,
  ) => Promise<void>,
): Promise<void> {
  await using inside = new RawServer(handler);
  await using outside = new RawServer(() => answer("outside"));
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([inside.host])
  );
  await act(inside, outside, tool);
}

Deno.test("A redirect inside the grant is followed, and the last URL is told", async () => {
  await withServers(
    ({ path }) => path === "/end" ? answer("there") : redirect("/end#part"),
    async (inside, _, tool) => {
      const found = await tool.outcome({ url: `http://${inside.host}/start` });
      assertEquals(found.head?.status, 200);
      assertEquals(found.head?.url, `http://${inside.host}/end`);
      assertEquals(found.body, "there");
    },
  );
});

Deno.test("A redirect out of the grant is refused, and nothing is sent there", async () => {
  let to = "";
  await withServers(
    () => redirect(to),
    async (inside, outside, tool) => {
      const targets: readonly [to: string, why: string][] = [
        [`http://${outside.host}/?from=inside`, "not granted"],
        [`http://localhost:${inside.port}/`, "not granted"],
        ["http://169.254.169.254/", "not granted"],
        ["file:///etc/passwd", "neither http nor https"],
        ["data:text/plain,x", "neither http nor https"],
        [`http://user:word@${inside.host}/`, "Credentials in a URL"],
        [`https://${inside.host.replace(/\d+$/, "1")}/`, "not granted"],
      ];
      for (const [target, why] of targets) {
        to = target;
        const result = await tool.call([{
          head: { url: `http://${inside.host}/` },
        }]);
        assert(result.ok);
        const [outcome] = result.value as unknown as [{ errno: number }];
        assertEquals(outcome.errno, 2, target);
        assertEquals(result.denied.length, 1);
        assertEquals(result.denied[0]!.url, new URL(target).href);
        assertStringIncludes(result.denied[0]!.reason, why);
      }
      assertEquals(outside.requests.length, 0);
    },
  );
});

Deno.test("A loop of redirects ends after five", async () => {
  await withServers(
    () => redirect("/again"),
    async (inside, _, tool) => {
      const { errno, text } = await tool.outcome({
        url: `http://${inside.host}/`,
      });
      assertEquals(errno, 3);
      assertStringIncludes(text!, "limit of 5 redirects");
      assertEquals(inside.requests.length, 6);
    },
  );
});

Deno.test("Redirects change the method and drop the body as fetch does", async () => {
  let status = "";
  await withServers(
    ({ path }) => path === "/end" ? answer("there") : redirect("/end", status),
    async (inside, _, tool) => {
      const cases: readonly [string, string, string, string][] = [
        ["301 Moved", "POST", "GET", ""],
        ["302 Found", "POST", "GET", ""],
        ["302 Found", "PUT", "PUT", "body"],
        ["303 See Other", "PUT", "GET", ""],
        ["303 See Other", "POST", "GET", ""],
        ["307 Temporary", "POST", "POST", "body"],
        ["308 Permanent", "PATCH", "PATCH", "body"],
      ];
      for (const [code, method, next, body] of cases) {
        status = code;
        inside.requests.length = 0;
        const headers = { "content-type": "text/plain", "x-own": "kept" };
        const url = `http://${inside.host}/`;
        await tool.outcome({ url, method, headers }, "body");
        const last = inside.requests.at(-1)!;
        assertEquals([last.method, last.body], [next, body], code);
        assertEquals(last.head.includes("content-type"), body !== "", code);
        assertStringIncludes(last.head, "x-own: kept");
      }
    },
  );
});

Deno.test("Credentials stay at their origin when a redirect leads to another", async () => {
  await using second = new RawServer(() => answer("second"));
  await using first = new RawServer(({ path }) =>
    path === "/same" ? answer("same") : redirect(path.slice("/to?".length))
  );
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([first.host, second.host])
      .secret("KEY", "key-of-the-first", { hosts: [first.host, second.host] })
  );
  const headers = {
    authorization: "Bearer token",
    cookie: "a=b",
    "x-key": "{{KEY}}",
    "x-plain": "plain",
  };
  const url = `http://${first.host}/to?`;
  await tool.outcome({ url: `${url}/same`, headers });
  const same = first.requests.at(-1)!.head;
  for (const kept of ["bearer token", "a=b", "key-of-the-first", "plain"]) {
    assertStringIncludes(same, kept);
  }
  await tool.outcome({ url: `${url}http://${second.host}/`, headers });
  const other = second.requests.at(-1)!.head;
  for (const dropped of ["bearer token", "a=b", "key-of-the-first", "key"]) {
    assertEquals(other.includes(dropped), false, dropped);
  }
  assertStringIncludes(other, "x-plain: plain");
});
