/** Tools of the host program. */

import type { JsonValue, Tool } from "@cortexai/sandbox";

/** A tool of the host program with these parameters. */
export function plainTool(
  name: string,
  parameters: { [key: string]: JsonValue },
  execute: (args: JsonValue) => JsonValue = (args) => args,
): Tool {
  const said = { dangerous: false, metadata: {}, requiredScopes: [] };
  return {
    schema: () => ({ name, description: "", parameters, ...said }),
    execute: (args) => Promise.resolve(execute(args as JsonValue)),
  };
}
