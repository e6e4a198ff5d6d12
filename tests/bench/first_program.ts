/** What a cold process does for its first program. */

import { runCode } from "../../src/adapters/code_mode/mod.ts";

const result = await runCode("return await tools.add({ a: 20, b: 22 })", {
  tools: { add: ({ a, b }) => a + b },
});
if (!result.ok || result.value !== 42) throw new Error("It gave no 42");
