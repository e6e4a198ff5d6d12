import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type DialSystem, dialWith } from "../../src/network/http/dial.ts";
import { encrypted, isTooOld } from "../../src/network/http/tls.ts";
import type { Destination } from "../../src/network/policy/host_policy.ts";
import { Refusal } from "../../src/network/policy/refusal.ts";
import { openSockets, socketsLeft } from "./open_sockets.ts";

const read = (name: string) =>
  Deno.readTextFileSync(new URL(`tls/${name}`, import.meta.url));
const AUTHORITY = read("authority.pem");

/** The real TLS, with a name that resolves to a public address. */
function system(port: number, caCerts: string[]): DialSystem {
  return {
    resolve: () => Promise.resolve(["93.184.216.34"]),
    connect: () => Deno.connect({ hostname: "127.0.0.1", port }),
    encrypt: (connection, host, signal) =>
      encrypted(connection, host, signal, caCerts),
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

Deno.test("https is refused where Node's TLS would block the thread", () => {
  const versions = ["2.7.6", "2.7.14", "2.8.0", "2.10.1", "3.0.0", "1.46.3"];
  assertEquals(versions.filter(isTooOld), ["2.7.6", "2.7.14", "1.46.3"]);
});

Deno.test("A handshake leaves no socket, however it ends, and none counts against the next", async () => {
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
  const silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted: Deno.TcpConn[] = [];
  const accepting = (async () => {
    for await (const connection of silent) accepted.push(connection);
  })();
  const dial = dialWith(system(silent.addr.port, [AUTHORITY]));
  const before = openSockets();
  for (let attempt = 0; attempt < 20; attempt++) {
    const abort = new AbortController();
    const dialling = dial(to("secure.test", 443), abort.signal);
    setTimeout(() => abort.abort(new Error("enough")), 5);
    await assertRejects(() => dialling, Error, "enough");
  }
  const trusting = dialWith(system(server.addr.port, [AUTHORITY]));
  const { signal } = new AbortController();
  for (const name of ["other.test", "bad_name..test", "-x.test"]) {
    await assertRejects(() => trusting(to(name, 443), signal), Refusal);
  }
  (await trusting(to("secure.test", 443), signal)).close();
  // What is left are the ends of the servers.
  for (const connection of accepted) connection.close();
  await socketsLeft(before);
  silent.close();
  await accepting;
});

Deno.test("What comes over TLS is read whole, and its end is seen", async () => {
  const body = "x".repeat(300_000);
  await using server = Deno.serve(
    {
      port: 0,
      hostname: "127.0.0.1",
      cert: read("secure_test.pem"),
      key: read("secure_test_key.pem"),
      onListen: () => {},
    },
    () => new Response(body),
  );
  const { port } = server.addr;
  const { signal } = new AbortController();
  const dial = dialWith(system(port, [AUTHORITY]));
  const connection = await dial(to("secure.test", port), signal);
  const request =
    "GET / HTTP/1.1\r\nhost: secure.test\r\nconnection: close\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  let text = "";
  const bytes = new Uint8Array(1000);
  for (;;) {
    const count = await connection.read(bytes);
    if (count === null) break;
    text += new TextDecoder().decode(bytes.subarray(0, count));
  }
  connection.close();
  assertEquals(text.endsWith(`\r\n\r\n${body}`), true);
});
