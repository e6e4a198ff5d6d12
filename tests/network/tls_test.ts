import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type DialSystem, dialWith } from "../../src/network/http/dial.ts";
import type { Destination } from "../../src/network/policy/host_policy.ts";
import { Refusal } from "../../src/network/policy/refusal.ts";

const read = (name: string) =>
  Deno.readTextFileSync(new URL(`tls/${name}`, import.meta.url));
const AUTHORITY = read("authority.pem");

/** The real TLS, with a name that resolves to a public address. */
function system(port: number, caCerts: string[]): DialSystem {
  return {
    resolve: () => Promise.resolve(["93.184.216.34"]),
    connect: () => Deno.connect({ hostname: "127.0.0.1", port }),
    startTls: (connection, hostname) =>
      Deno.startTls(connection, { hostname, caCerts }),
  };
}

const to = (host: string, port: number): Destination => ({
  host,
  port,
  isTls: true,
  isNamed: false,
});

Deno.test("https checks the certificate against the name, at the checked address", async () => {
  await using server = Deno.serve(
    {
      port: 0,
      hostname: "127.0.0.1",
      cert: read("secure_test.pem"),
      key: read("secure_test_key.pem"),
      onListen: () => {},
    },
    () => new Response("secure"),
  );
  const { port } = server.addr;
  const { signal } = new AbortController();
  const trusting = dialWith(system(port, [AUTHORITY]));
  const connection = await trusting(to("secure.test", port), signal);
  const request = "GET / HTTP/1.1\r\nhost: secure.test\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  const bytes = new Uint8Array(1000);
  const count = await connection.read(bytes);
  const text = new TextDecoder().decode(bytes.subarray(0, count ?? 0));
  assertStringIncludes(text, "200 OK");
  connection.close();

  const wrongName = await assertRejects(
    () => trusting(to("other.test", port), signal),
    Refusal,
    "certificate",
  );
  assertEquals(wrongName.code, 4);
  const distrusting = dialWith(system(port, []));
  await assertRejects(
    () => distrusting(to("secure.test", port), signal),
    Refusal,
    "certificate",
  );
});

Deno.test("A handshake that does not end is given up at once, and not tried for ever", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted: Deno.TcpConn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) accepted.push(connection);
  })();
  const { port } = listener.addr;
  const dial = dialWith(system(port, []));
  for (let attempt = 0; attempt < 8; attempt++) {
    const abort = new AbortController();
    const dialling = dial(to("secure.test", port), abort.signal);
    setTimeout(() => abort.abort(new Error("enough")), 5);
    await assertRejects(() => dialling, Error, "enough");
  }
  const { signal } = new AbortController();
  await assertRejects(
    () => dial(to("secure.test", port), signal),
    Refusal,
    "too many handshakes",
  );
  for (const connection of accepted) connection.close();
  listener.close();
  await accepting;
});
