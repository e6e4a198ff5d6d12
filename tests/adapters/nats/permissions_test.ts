import { assert, assertEquals, assertRejects } from "@std/assert";
import { nkeyAuthenticator, nkeys } from "@nats-io/transport-node";
import { PermissionDenied } from "../../../mod.ts";
import { remoteTools, serveTools } from "../../../src/adapters/nats/mod.ts";
import { Cluster } from "./cluster.ts";
import { NATS_SERVER } from "./nats_server.ts";
import { delay } from "./until.ts";

const ROOT = new URL("../../../", import.meta.url);
const SERVICE = { user: "service", pass: "serves" };
const CALLER = { user: "caller", pass: "calls" };
const INBOX = { inboxPrefix: "_INBOX_caller" };

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: NATS_SERVER === undefined, fn });
}

/** The configuration that the guide shows, with another address. */
async function guideConfig(): Promise<string> {
  const guide = await Deno.readTextFile(
    new URL("fixtures/guides/cluster.md", ROOT),
  );
  const [, config = ""] = /```conf nats\.conf\nport: \d+\n([\s\S]+?)```/
    .exec(guide) ?? [];
  return config
    .replace("$SERVICE_PASSWORD", SERVICE.pass)
    .replace("$CALLER_PASSWORD", CALLER.pass);
}

test("As the guide configures it, services serve and callers call, in pieces too", async () => {
  await using cluster = await Cluster.start(await guideConfig());
  const connection = await cluster.connect(SERVICE);
  await using _serving = await serveTools(connection, await cluster.tools());
  const caller = await cluster.connect(CALLER);
  const tools = await remoteTools(caller, INBOX);
  const [, echo, trouble] = tools;
  assertEquals(tools.length, 3);
  const text = "0123456789".repeat(500_000);
  assertEquals(await echo!.execute({ text }), { text });
  const calls = Array.from({ length: 200 }, () => echo!.execute({ text: "a" }));
  await Promise.all(calls);
  const stopped = await trouble!.call({ what: "spin" }, { timeout: 300 });
  assert(!stopped.ok && stopped.error.kind === "TimeoutExceeded");
});

test("As the guide configures it, a caller can't serve, nor read what others get", async () => {
  await using cluster = await Cluster.start(await guideConfig());
  const caller = await cluster.connect(CALLER);
  const tools = await cluster.tools();
  await assertRejects(
    () => serveTools(caller, tools),
    PermissionDenied,
    "does not let this user subscribe",
  );
  await assertRejects(
    () => remoteTools(caller),
    PermissionDenied,
    "does not let this user subscribe to _INBOX.>",
  );
  const heard: string[] = [];
  const listen = (subject: string) =>
    caller.subscribe(subject, {
      callback: (error, message) => {
        heard.push(error ? "refused" : message.subject);
      },
    });
  for (const subject of ["tools.>", "_INBOX.>", "_INBOX_other.>", ">"]) {
    listen(subject);
  }
  await caller.flush();
  await delay(100);
  assertEquals(heard, Array(4).fill("refused"));
});

test("As the guide configures it, a service can't call, nor answer what nobody asked", async () => {
  await using cluster = await Cluster.start(await guideConfig());
  const service = await cluster.connect(SERVICE);
  const caller = await cluster.connect(CALLER);
  const heard: string[] = [];
  caller.subscribe("_INBOX_caller.>", {
    callback: (error, message) => {
      if (!error) heard.push(message.subject);
    },
  });
  // Alone, and not in the queue group, it would hear what others are asked.
  let refusals = 0;
  service.subscribe("tools.call.>", {
    callback: (error) => {
      if (error) refusals++;
    },
  });
  service.publish("_INBOX_caller.x", "unasked");
  service.publish("tools.call.echo.x", "a call");
  await service.flush();
  await caller.flush();
  await delay(100);
  assertEquals(heard, []);
  assertEquals(refusals, 1);
});

test("A service that is an nkey serves a caller that is another", async () => {
  const [service, caller] = [nkeys.createUser(), nkeys.createUser()];
  const users = [service, caller]
    .map((one) => `{ nkey: ${one.getPublicKey()} }`).join(", ");
  await using cluster = await Cluster.start(
    `authorization { users = [${users}] }`,
  );
  const as = (one: typeof service) => ({
    authenticator: nkeyAuthenticator(one.getSeed()),
  });
  const connection = await cluster.connect(as(service));
  await using _serving = await serveTools(connection, await cluster.tools());
  const [echo] = await remoteTools(await cluster.connect(as(caller)), {
    names: ["echo"],
  });
  assertEquals(await echo!.execute({ text: "hi" }), { text: "hi" });
  await assertRejects(() => cluster.connect(), Error, "Authorization");
});
