/** Another process that swaps names while something is done. */

import type { Ground } from "../../imports/wasi/guest.ts";

/** Another process that swaps `inside/d` and a link to the outside. */
export async function withSwaps(
  ground: Ground,
  play: () => void,
): Promise<number> {
  const swapper = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      new URL("./swap_links.ts", import.meta.url).pathname,
      ground.inside,
      "d",
      "link",
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = swapper.stdout.getReader();
  await reader.read();
  try {
    play();
  } finally {
    await swapper.stdin.close();
  }
  const { value } = await reader.read();
  await reader.cancel();
  await swapper.status;
  return Number(new TextDecoder().decode(value));
}
