/** What many services cost the server, a search for tools, and a call. */

import { connect } from "@nats-io/transport-node";
import { labelHash, remoteTools } from "../../src/adapters/nats/mod.ts";
import { NATS_SERVER, startNats } from "../adapters/nats/nats_server.ts";
import { type Measurement, median, skipped, timed } from "./measurement.ts";

const ROOT = new URL("../../", import.meta.url);
const CROWD = new URL("nats_crowd.ts", import.meta.url).pathname;
const CALLS = 300;

/** A hundred services, then a thousand. */
export async function natsThousand(): Promise<readonly Measurement[]> {
  if (NATS_SERVER === undefined) {
    return [skipped("many services", "there is no nats-server")];
  }
  return [
    ...await crowd(100),
    ...await crowd(1_000),
    await locking(),
  ];
}

async function crowd(services: number): Promise<readonly Measurement[]> {
  await using server = await startNats();
  const emptyMiB = await residentMiB(server.pid);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", CROWD, server.url, String(services)],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const connection = await connect({ servers: server.url });
  try {
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    const fullMiB = await residentMiB(server.pid);
    const before = connection.stats().inBytes;
    const filter = { names: ["tool_1"], quietMs: 500 };
    const searchMs = await timed(() => remoteTools(connection, filter));
    const searchBytes = connection.stats().inBytes - before;
    const [tool] = await remoteTools(connection, filter);
    const calls: number[] = [];
    for (let i = 0; i < CALLS; i++) {
      calls.push(await timed(() => tool!.execute({ text: "hi" })));
    }
    const each = (value: number) => (value / services).toFixed(1);
    const kib = (fullMiB - emptyMiB) * 1024;
    return [
      {
        what: `server with ${services} services of ten tools`,
        value: fullMiB - emptyMiB,
        unit: "MiB",
        note: `${each(kib)} KiB each, all in one process`,
      },
      {
        what: `a search over ${services} services`,
        value: searchMs - filter.quietMs,
        unit: "ms",
        note: `${
          each(searchBytes / 1024)
        } KiB each, and ${filter.quietMs} ms of silence`,
      },
      {
        what: `a call with ${services} services in the group, median`,
        value: median(calls) * 1_000,
        unit: "us",
      },
    ];
  } finally {
    await connection.close();
    child.kill("SIGKILL");
    await child.status;
  }
}

/** What a lock of a thousand tools costs a caller once. */
async function locking(): Promise<Measurement> {
  const entry = {
    sha256: "ab".repeat(32),
    parameters: { text: "x".repeat(400) },
  };
  const ms = await timed(async () => {
    for (let i = 0; i < 1_000; i++) {
      await labelHash({ ...entry, name: `tool_${i}` });
    }
  });
  return { what: "hashes of a lock of 1 000 tools", value: ms, unit: "ms" };
}

async function residentMiB(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
