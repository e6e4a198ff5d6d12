import { assertEquals } from "@std/assert";

const file = (name: string) => new URL(`tls/${name}`, import.meta.url);
const PROCESS = new URL("https_process.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** What a process says that trusts the usual authorities, and these. */
async function said(port: number, authorities?: string): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `--config=${CONFIG}`, PROCESS, `${port}`],
    env: authorities === undefined ? {} : { DENO_CERT: authorities },
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

Deno.test("A guest reaches who the process trusts over https, by name and by address", async () => {
  let requests = 0;
  await using server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    cert: Deno.readTextFileSync(file("localhost.pem")),
    key: Deno.readTextFileSync(file("localhost_key.pem")),
    onListen: () => {},
  }, () => {
    requests++;
    return new Response("secure");
  });
  const { port } = server.addr;
  const trusted = await said(port, file("localhost_authority.pem").pathname);
  assertEquals(trusted, [
    "localhost secure",
    "localhost secure",
    "127.0.0.1 secure",
    "127.0.0.1 secure",
  ]);
  assertEquals(requests, 4);
  const why = "4: Cannot trust the server: its certificate is not valid";
  assertEquals(await said(port), [
    `localhost ${why}`,
    `localhost ${why}`,
    `127.0.0.1 ${why}`,
    `127.0.0.1 ${why}`,
  ]);
  assertEquals(requests, 4);
});
