/**
 * A process that serves two tools on the server of its argument until SIGTERM,
 * and says so: `echo`, and `again`, which is the same and may run twice.
 */

import { connect } from "@nats-io/transport-node";
import { type Tool, ToolRegistry, type ToolSchema } from "../../mod.ts";
import { serveTools } from "../../src/adapters/nats/mod.ts";

const ECHO = new URL("../../fixtures/tools/echo.wasm", import.meta.url);

/** The same tool, marked as one that may run twice. */
function again(tool: Tool): Tool {
  const schema: ToolSchema = {
    ...tool.schema(),
    name: "again",
    annotations: { idempotentHint: true },
  };
  return {
    schema: () => schema,
    execute: (args, options) => tool.execute(args, options),
  };
}

if (import.meta.main) {
  await using tools = new ToolRegistry();
  tools.register(again(await tools.load(ECHO)));
  await using connection = await connect({ servers: Deno.args[0]! });
  await using serving = await serveTools(connection, tools);
  Deno.addSignalListener("SIGTERM", () => serving.close());
  console.log("serving");
  await serving.finished;
  await serving.close();
  console.log("drained");
}
