/**
 * A process of many services: as many as its second argument says, each on a
 * connection of its own to the server of its first, with ten tools each.
 */

import { connect } from "@nats-io/transport-node";
import { ToolRegistry, type ToolSchema } from "../../mod.ts";
import { serveTools } from "../../src/adapters/nats/mod.ts";

const TOOLS = 10;
/** A schema of the size that tools have, some 400 bytes. */
const PARAMETERS = {
  type: "object",
  properties: {
    text: { type: "string", description: "x".repeat(200) },
    count: { type: "integer", minimum: 0, maximum: 1_000 },
  },
  required: ["text"],
};

function plainTools(): ToolRegistry {
  const tools = new ToolRegistry();
  for (let i = 0; i < TOOLS; i++) {
    const schema: ToolSchema = {
      name: `tool_${i}`,
      description: "Answers with what it was asked",
      parameters: PARAMETERS,
      dangerous: false,
      metadata: {},
      requiredScopes: [],
    };
    tools.register({
      schema: () => schema,
      execute: (args) => Promise.resolve(args as { text: string }),
    });
  }
  return tools;
}

if (import.meta.main) {
  const [url = "", count = ""] = Deno.args;
  const tools = plainTools();
  for (let i = 0; i < Number(count); i++) {
    await serveTools(await connect({ servers: url }), tools);
  }
  console.log("serving");
}
