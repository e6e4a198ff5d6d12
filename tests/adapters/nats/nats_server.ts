/**
 * A real nats-server for tests: the one of NATS_SERVER, on PATH, or in the
 * checkout's folder `.nats`, where the gate puts one.
 */

import { delay } from "./until.ts";

const ROOT = new URL("../../../", import.meta.url);
const PLACES = [
  ...(Deno.env.get("NATS_SERVER") ?? "").split("\n").filter(Boolean),
  ...(Deno.env.get("PATH") ?? "").split(":").map((dir) => `${dir}/nats-server`),
  new URL(".nats/bin/nats-server", ROOT).pathname,
];

/** Where the server is; undefined when there is none. */
export const NATS_SERVER: string | undefined = PLACES.find(isFile);

if (NATS_SERVER === undefined) {
  console.warn(
    "No nats-server was found: its tests are skipped. See .ci/install_nats.sh",
  );
}

/** A server that runs. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
}

/**
 * Starts a server.
 *
 * @param config Lines of its configuration, beside the address.
 * @param port Where it listens; a free port by default.
 */
export async function startNats(
  config: string = "",
  port: number = freePort(),
): Promise<RunningServer> {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/nats.conf`;
  await Deno.writeTextFile(file, `listen: 127.0.0.1:${port}\n${config}\n`);
  const child = new Deno.Command(NATS_SERVER!, {
    args: ["-c", file],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let log = "";
  const reading = (async () => {
    const text = child.stderr.pipeThrough(new TextDecoderStream());
    for await (const piece of text) log = (log + piece).slice(-10_000);
  })();
  const late = performance.now() + 20_000;
  while (!log.includes("Server is ready")) {
    if (performance.now() > late) throw new Error(`It did not start: ${log}`);
    await delay(20);
  }
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.status;
      await reading;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
