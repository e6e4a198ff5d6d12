// deno-lint-ignore-file no-console
/** A server whose process may open few files, for a test of its own. */

import { serveMcp } from "../../../src/adapters/mcp/mod.ts";
import { testTools } from "./served_tools.ts";

await using tools = await testTools();
await using server = serveMcp(tools, {
  http: {},
  graceMs: 10,
  onError: (error) => console.log(`error ${error.message}`),
});
console.log(server.url);
// Until standard input ends.
for await (const _ of Deno.stdin.readable);
await server.close();
console.log("closed");
