/**
 * Asks over https through a guest, in a process whose authorities a test sets:
 * `https_process.ts PORT`. Prints what each request came to.
 */

import { RequestingTool } from "./requesting_tool.ts";

const [port = ""] = Deno.args;
await using tool = await RequestingTool.load((builder) =>
  builder.allowNetwork([`localhost:${port}`, `127.0.0.1:${port}`])
);
for (const host of ["localhost", "127.0.0.1"]) {
  for (let i = 0; i < 2; i++) {
    const { body, errno, text } = await tool.outcome({
      url: `https://${host}:${port}/`,
    });
    console.log(host, body ?? `${errno}: ${text}`);
  }
}
