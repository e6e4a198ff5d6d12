import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type DialSystem, dialWith } from "../../../src/network/http/dial.ts";
import { Fetcher, RefusedUrl } from "../../../src/network/fetcher.ts";
import { CallBudget } from "../../../src/network/policy/call_budget.ts";
import type { NetworkGrants } from "../../../src/contract/network_messages.ts";
import { parseHostGrant } from "../../../src/config/host_grant.ts";
import { parseRequest } from "../../../src/network/http/request_head.ts";
import { Refusal } from "../../../src/network/policy/refusal.ts";
import { answer, RawServer } from "../raw_server.ts";

const LIMITS = {
  requests: 10,
  responseBytes: 10_000,
  headerBytes: 10_000,
  requestBytes: 10_000,
};

/** A system whose names resolve as told, and whose connections are recorded. */
class FakeSystem implements DialSystem {
  readonly connected: string[] = [];
  readonly resolved: string[] = [];
  readonly #addresses: () => readonly string[];
  readonly #port: number;

  /** @param port Where connections really go. */
  constructor(port: number, addresses: () => readonly string[]) {
    this.#port = port;
    this.#addresses = addresses;
  }

  resolve = (name: string): Promise<readonly string[]> => {
    this.resolved.push(name);
    return Promise.resolve(this.#addresses());
  };

  connect = (options: Deno.ConnectOptions): Promise<Deno.TcpConn> => {
    this.connected.push(`${options.hostname}:${options.port}`);
    if (options.hostname === "93.184.216.1") {
      return Promise.reject(new Deno.errors.ConnectionRefused("refused"));
    }
    return Deno.connect({ hostname: "127.0.0.1", port: this.#port });
  };

  encrypt = (): Promise<never> => Promise.reject(new Error("no TLS here"));
}

function grants(hosts: true | readonly string[]): NetworkGrants {
  return {
    hosts: hosts === true || hosts.map((entry) => parseHostGrant(entry)),
    secrets: [],
    limits: LIMITS,
  };
}

async function get(
  url: string,
  hosts: true | readonly string[],
  system: DialSystem,
): Promise<string> {
  const fetcher = new Fetcher(grants(hosts), dialWith(system));
  const head = new TextEncoder().encode(JSON.stringify({ url }));
  const request = parseRequest(head, new Uint8Array(), 10_000);
  const budget = new CallBudget(LIMITS);
  try {
    const { body } = await fetcher.fetch(
      fetcher.allow(request, budget),
      budget,
      new AbortController().signal,
    );
    return new TextDecoder().decode(await body.read());
  } finally {
    fetcher.close();
  }
}

Deno.test("A name that resolves to an address that is not public is refused before anything connects", async () => {
  const answers: readonly (readonly string[])[] = [
    ["127.0.0.1"],
    ["10.0.0.1"],
    ["169.254.169.254"],
    ["100.100.100.200"],
    ["::1"],
    ["::ffff:127.0.0.1"],
    ["fd00::1"],
    ["93.184.216.34", "127.0.0.1"],
    ["not an address"],
  ];
  for (const addresses of answers) {
    for (const hosts of [true, ["*.evil.test"]] as const) {
      const system = new FakeSystem(1, () => addresses);
      const error = await assertRejects(
        () => get("http://a.evil.test/x", hosts, system),
        RefusedUrl,
        "resolves to an address that is not public",
      );
      assertEquals(error.code, 2);
      assertEquals(error.url, "http://a.evil.test/x");
      assertEquals(system.connected, []);
    }
  }
});

Deno.test("The connection goes to the address that was checked, not to what the name resolves to next", async () => {
  await using server = new RawServer(() => answer("public"));
  let asked = 0;
  const system = new FakeSystem(
    server.port,
    () => asked++ === 0 ? ["93.184.216.34"] : ["127.0.0.1"],
  );
  assertEquals(await get("http://rebind.test:8080/", true, system), "public");
  assertEquals(system.resolved, ["rebind.test"]);
  assertEquals(system.connected, ["93.184.216.34:8080"]);
  assertStringIncludes(server.requests[0]!.head, "host: rebind.test:8080");
});

Deno.test("The next checked address is tried when one does not answer", async () => {
  await using server = new RawServer(() => answer("second"));
  const addresses = ["93.184.216.1", "93.184.216.2"];
  const system = new FakeSystem(server.port, () => addresses);
  assertEquals(await get("http://two.test/", true, system), "second");
  assertEquals(system.connected, ["93.184.216.1:80", "93.184.216.2:80"]);
});

Deno.test("A host that the list names may be anywhere, and is not looked up here", async () => {
  await using server = new RawServer(() => answer("named"));
  const system = new FakeSystem(server.port, () => ["10.0.0.1"]);
  const hosts = ["intranet.test", "*.intranet.test"];
  assertEquals(await get("http://intranet.test/", hosts, system), "named");
  assertEquals(system.resolved, []);
  assertEquals(system.connected, ["intranet.test:80"]);
  await assertRejects(
    () => get("http://other.intranet.test/", hosts, system),
    Refusal,
    "not public (private)",
  );
});

Deno.test("A look-up without an answer ends with its request, and keeps none waiting", async () => {
  const asked: AbortSignal[] = [];
  const system: DialSystem = {
    resolve: (_, signal) => {
      asked.push(signal);
      return new Promise(() => {});
    },
    connect: () => Promise.reject(new Error("never")),
    encrypt: () => Promise.reject(new Error("never")),
  };
  const dial = dialWith(system);
  const abort = new AbortController();
  const to = (host: string, isNamed: boolean) => ({
    host,
    port: 80,
    isTls: false,
    isNamed,
  });
  const stuck = Array.from(
    { length: 100 },
    (_, at) => dial(to(`${at}.test`, false), abort.signal),
  );
  await new Promise((resolve) => setTimeout(resolve, 0));
  abort.abort(new Error("enough"));
  for (const one of stuck) await assertRejects(() => one, Error, "enough");
  assertEquals(asked.length, 100);
  assert(asked.every(({ aborted }) => aborted));
});

Deno.test("A connection by name that comes too late is closed", async () => {
  const late = Promise.withResolvers<Deno.TcpConn>();
  let isClosed = false;
  const system = new FakeSystem(1, () => []);
  system.connect = () => late.promise;
  const abort = new AbortController();
  const dialling = dialWith(system)(
    { host: "named.test", port: 80, isTls: false, isNamed: true },
    abort.signal,
  );
  setTimeout(() => abort.abort(new Error("enough")), 5);
  await assertRejects(() => dialling, Error, "enough");
  const close = () => isClosed = true;
  late.resolve({ close } as unknown as Deno.TcpConn);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert(isClosed);
});

Deno.test("A connection to an address is aborted late, and closed where it was made by then", async () => {
  const destination = {
    host: "93.184.216.34",
    port: 80,
    isTls: false,
    isNamed: true,
  };
  for (const isMade of [true, false]) {
    const made = Promise.withResolvers<Deno.TcpConn>();
    const closed = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    const system = new FakeSystem(1, () => []);
    system.connect = (options: Deno.ConnectOptions) => {
      const { signal } = options as { signal?: AbortSignal };
      signal!.addEventListener("abort", () => {
        made.reject(signal!.reason);
        aborted.resolve();
      });
      return made.promise;
    };
    const abort = new AbortController();
    const dialling = dialWith(system)(destination, abort.signal);
    setTimeout(() => abort.abort(new Error("enough")), 5);
    await assertRejects(() => dialling, Error, "enough");
    if (isMade) {
      const close = () => closed.resolve();
      made.resolve({ close } as unknown as Deno.TcpConn);
    }
    await (isMade ? closed.promise : aborted.promise);
  }
});

Deno.test("No error of the system, which may hold an address, is passed on", async () => {
  const errors = [
    new Deno.errors.NotCapable('Requires net access to "10.1.2.3:80"'),
    new Deno.errors.ConnectionRefused("10.1.2.3:80 refused"),
    new TypeError("10.1.2.3 is odd"),
  ];
  for (const failure of errors) {
    const system = new FakeSystem(1, () => ["93.184.216.34"]);
    system.connect = () => Promise.reject(failure);
    const error = await assertRejects(
      () => get("http://a.test/", true, system),
      RefusedUrl,
      'Cannot connect to "a.test" at port 80: ',
    );
    assertEquals(error.message.includes("10.1.2.3"), false);
  }
});

Deno.test("Each hop of a redirect is looked up and checked again", async () => {
  await using server = new RawServer(() =>
    answer("", "location: http://second.test/\r\n", "302 Found")
  );
  let asked = 0;
  const system = new FakeSystem(
    server.port,
    () => asked++ === 0 ? ["93.184.216.34"] : ["192.168.0.1"],
  );
  const error = await assertRejects(
    () => get("http://first.test/", true, system),
    RefusedUrl,
    "not public (private)",
  );
  assertEquals(error.url, "http://second.test/");
  assertEquals(system.connected, ["93.184.216.34:80"]);
});

Deno.test("A name without an address, and a server that is not there, are unreachable", async () => {
  const nowhere = new FakeSystem(1, () => []);
  const none = await assertRejects(
    () => get("http://none.test/", true, nowhere),
    Refusal,
    "has no address",
  );
  assertEquals(none.code, 4);
  const refused = new FakeSystem(1, () => ["93.184.216.1"]);
  const error = await assertRejects(
    () => get("http://down.test/", true, refused),
    Refusal,
    "Cannot connect",
  );
  assertEquals(error.code, 4);
});

Deno.test("The real resolver knows this machine's own name for what it is", async () => {
  const { DENO_SYSTEM } = await import("../../../src/network/http/dial.ts");
  const error = await assertRejects(
    () => get("http://localhost:8080/", true, DENO_SYSTEM),
    Refusal,
  );
  assert([2, 4].includes(error.code), error.message);
});
