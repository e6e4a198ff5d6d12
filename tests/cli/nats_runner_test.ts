import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { connect, nkeys } from "@nats-io/transport-node";
import { remoteTools } from "../../src/adapters/nats/mod.ts";
import { makeAccount } from "../adapters/nats/account_keys.ts";
import { NATS_SERVER, startNats } from "../adapters/nats/nats_server.ts";
import { delay } from "../adapters/nats/until.ts";
import { loadedModules } from "./loaded_modules.ts";
import { type RunnerEnd, startRunner } from "./runner_process.ts";

const ECHO = "fixtures/tools/echo.wasm";
const HERE = "--allow-net=127.0.0.1,localhost";

function test(name: string, fn: () => Promise<void>): void {
  const ignore = NATS_SERVER === undefined || Deno.build.os === "windows";
  Deno.test({ name, ignore, fn });
}

/** A runner that serves, as soon as it does. */
class Service implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  stderr = "";

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.#child = startRunner(["serve", ...args], [HERE, "--allow-env"], env);
    this.#reading = this.#read();
  }

  async printed(text: string): Promise<void> {
    const late = performance.now() + 20_000;
    while (!this.stderr.includes(text)) {
      if (performance.now() > late) throw new Error(this.stderr);
      await delay(10);
    }
  }

  async end(): Promise<number> {
    this.#child.kill("SIGTERM");
    await this.#reading;
    return (await this.#child.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#child.stdin.close().catch(() => {});
    await this.#child.stdout.cancel();
    await this.#reading;
    await this.#child.status;
  }

  async #read(): Promise<void> {
    const text = this.#child.stderr.pipeThrough(new TextDecoderStream());
    for await (const piece of text) this.stderr += piece;
  }
}

async function call(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<RunnerEnd> {
  const child = startRunner(["call", ...args], [HERE, "--allow-env"], env);
  await child.stdin.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

test("serve --nats and call --nats are a tool on another machine", async () => {
  await using server = await startNats();
  const { url } = server;
  await using service = new Service([ECHO, "--nats", url]);
  await service.printed("Serving echo on");
  const answered = await call(["--nats", url, "echo", '{"text":"hi"}']);
  assertEquals(answered, { code: 0, stdout: '{"text":"hi"}\n', stderr: "" });
  const unknown = await call(["--nats", url, "other", "{}"]);
  assertEquals(unknown.code, 2);
  assertStringIncludes(unknown.stderr, 'No service has a tool named "other"');
  assertEquals(await service.end(), 0);
  assertStringIncludes(service.stderr, "Draining, open calls: 0");
});

test("SIGTERM lets serve --nats finish the calls that it has", async () => {
  await using server = await startNats();
  const loop = "fixtures/hostile/loop_in_execute.wasm";
  const args = [loop, "--nats", server.url, "--max-time", "3s"];
  await using service = new Service(args);
  await service.printed("Serving ");
  const connection = await connect({ servers: server.url });
  const [tool] = await remoteTools(connection);
  const call = tool!.call({});
  await delay(500);
  assertEquals(await service.end(), 0);
  assertStringIncludes(service.stderr, "Draining, open calls: 1");
  const result = await call;
  assert(!result.ok && result.error.kind === "TimeoutExceeded");
  assertEquals(result.error.limitMs, 3_000);
  await connection.close();
});

test("call --nats with a lock refuses a tool that differs", async () => {
  await using server = await startNats();
  const { url } = server;
  const folder = await Deno.makeTempDir();
  const lock = `${folder}/tools.lock`;
  const child = startRunner(["lock", ECHO, "--lock", lock], ["--allow-write"]);
  await child.stdin.close();
  assert((await child.output()).success);
  await using service = new Service([ECHO, "--nats", url]);
  await service.printed("Serving echo on");
  const args = ["--nats", url, "echo", '{"text":"hi"}', "--lock"];
  const same = await call([...args, lock]);
  assertEquals(same, { code: 0, stdout: '{"text":"hi"}\n', stderr: "" });
  const text = await Deno.readTextFile(lock);
  const other = `${folder}/other.lock`;
  await Deno.writeTextFile(
    other,
    text.replace(/"sha256": "..../, '"sha256": "0000'),
  );
  const differs = await call([...args, other]);
  assertEquals(differs.code, 2);
  assertStringIncludes(differs.stderr, "it is not what was locked");
  const missing = await call([...args, `${folder}/none`]);
  assertStringIncludes(missing.stderr, "there is no such file");
  await Deno.remove(folder, { recursive: true });
});

test("A user and a password reach the server from the environment", async () => {
  await using server = await startNats(
    'authorization { users = [{ user: "caller", password: "secret" }] }',
  );
  const { url } = server;
  const who = ["--nats-user", "caller", "--nats-password-env", "PASS"];
  await using service = new Service([ECHO, "--nats", url, ...who], {
    PASS: "secret",
  });
  await service.printed("Serving echo on");
  const args = ["--nats", url, ...who, "echo", "{}"];
  assertEquals((await call(args, { PASS: "secret" })).stdout, "{}\n");
  const wrong = await call(args, { PASS: "other" });
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, "Cannot connect to nats://127.0.0.1");
  const unset = await call(args);
  assertStringIncludes(unset.stderr, "variable is not set");
});

test("TLS is asked for by the URL, and a private authority is named", async () => {
  const tls = new URL("../network/tls/", import.meta.url).pathname;
  await using server = await startNats(
    `tls { cert_file: "${tls}localhost.pem", key_file: "${tls}localhost_key.pem" }`,
  );
  const url = `tls://localhost:${server.port}`;
  const trusted = ["--nats", url, "--nats-ca", `${tls}localhost_authority.pem`];
  await using service = new Service([ECHO, ...trusted]);
  await service.printed("Serving echo on");
  const answered = await call([...trusted, "echo", "{}"]);
  assertEquals(answered, { code: 0, stdout: "{}\n", stderr: "" });
  const untrusted = await call(["--nats", url, "echo", "{}"]);
  assertEquals(untrusted.code, 2);
  assertStringIncludes(untrusted.stderr, `Cannot connect to ${url}`);
});

test("An nkey is read from the file of its seed", async () => {
  const user = nkeys.createUser();
  const file = await Deno.makeTempFile();
  const seed = new TextDecoder().decode(user.getSeed());
  await Deno.writeTextFile(file, `${seed}\n`);
  await using server = await startNats(
    `authorization { users = [{ nkey: ${user.getPublicKey()} }] }`,
  );
  const who = ["--nats", server.url, "--nats-nkey", file];
  await using service = new Service([ECHO, ...who]);
  await service.printed("Serving echo on");
  assertEquals((await call([...who, "echo", "{}"])).stdout, "{}\n");
  await Deno.remove(file);
});

test("A credentials file says who the runner is", async () => {
  const { config, creds } = makeAccount();
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, creds);
  await using server = await startNats(config);
  const who = ["--nats", server.url, "--nats-creds", file];
  await using service = new Service([ECHO, ...who]);
  await service.printed("Serving echo on");
  assertEquals((await call([...who, "echo", "{}"])).stdout, "{}\n");
  const stranger = await call(["--nats", server.url, "echo", "{}"]);
  assertEquals(stranger.code, 2);
  assertStringIncludes(stranger.stderr, "Cannot connect to");
  await Deno.remove(file);
});

Deno.test("Flags for NATS that can't be used are refused by name", async () => {
  const cases: [string[], string][] = [
    [["call", ECHO, "{}", "--nats-user", "a"], "without --nats"],
    [["call", ECHO, "{}", "--lock", "a"], "Cannot use --lock without --nats"],
    [["call", "echo", "{}", "--nats", "http://a"], "expected nats://HOST:PORT"],
    [["call", "echo", "{}", "--nats", "nats://a:b@c"], "with a password in it"],
    [["call", "echo", "{}", "--nats", "a", "--dir", ".::/a"], "--dir with"],
    [["serve", ECHO, "--nats", "a", "--watch"], "Cannot use --watch"],
    [["serve", ECHO, "--nats", "a", "--http", "1"], "Cannot use --http"],
    [["serve", ECHO, "--nats", "a", "--json"], "Cannot use --json"],
    [
      ["call", "echo", "{}", "--nats", "a", "--nats-user", "b"],
      "--nats-password-env without the other",
    ],
    [
      ["call", "echo", "{}", "--nats", "a", "--nats-cert", "LICENSE"],
      "--nats-key without the other",
    ],
    [
      ["call", "echo", "{}", "--nats", "a", "--nats-creds", "nothing.creds"],
      'Cannot read --nats-creds "nothing.creds"',
    ],
  ];
  for (const [args, wanted] of cases) {
    const child = startRunner(args);
    await child.stdin.close();
    const { code, stderr } = await child.output();
    assertEquals(code, 2);
    assertStringIncludes(new TextDecoder().decode(stderr), wanted);
  }
});

Deno.test("The runner loads nothing of NATS unless it is asked to", async () => {
  const { loaded, all } = await loadedModules((specifier) =>
    // The two verbs with --nats; what else is loaded late is looked at.
    !specifier.endsWith("_nats.ts")
  );
  assert(loaded.size > 50);
  const nats = (one: string) =>
    one.includes("@nats-io") || one.includes("/adapters/nats/");
  assertEquals([...loaded].filter(nats), []);
  assert(all.some(nats));
});
