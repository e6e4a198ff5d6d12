/**
 * A process that serves on the server of its first argument: tools, one call at
 * a time, below each prefix that follows; or `bare`, an echo of NATS's own
 * services without a sandbox.
 */

import { Svcm } from "@nats-io/services";
import { connect } from "@nats-io/transport-node";
import { ToolRegistry } from "../../mod.ts";
import { serveTools } from "../../src/adapters/nats/mod.ts";
import { fixture } from "./fixture.ts";

const WORK = `
export const schema = {
  name: "work",
  description: "Computes",
  parameters: { type: "object" },
};
export function execute({ rounds }) {
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum += i;
  return sum;
}
`;

/** Puts the tools `echo` and `work` into a registry. */
export async function loadTools(tools: ToolRegistry): Promise<void> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/work.js`, WORK);
  await tools.load(fixture("tools/echo"));
  await tools.load(`${folder}/work.js`);
  await Deno.remove(folder, { recursive: true });
}

if (import.meta.main) {
  const [url = "", ...prefixes] = Deno.args;
  const connection = await connect({ servers: url });
  if (prefixes.includes("bare")) {
    const manager = new Svcm(
      connection as unknown as ConstructorParameters<typeof Svcm>[0],
    );
    const service = await manager.add({ name: "bare", version: "1.0.0" });
    service.addEndpoint("echo", {
      subject: "bare.echo",
      handler: (_, message) => {
        message.respond(message.data);
      },
    });
  } else {
    const tools = new ToolRegistry({ config: { maxWorkers: 1 } });
    await loadTools(tools);
    for (const prefix of prefixes) {
      await serveTools(connection, tools, { prefix, maxConcurrentCalls: 1 });
    }
  }
  await connection.flush();
  console.log("serving");
}
