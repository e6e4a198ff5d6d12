/** The process that Deno runs. */

import { OutputClosed, type Terminal } from "./terminal.ts";

/** The streams and signals of the process that Deno runs. */
export class DenoTerminal implements Terminal {
  async readInput(): Promise<Uint8Array> {
    return await new Response(Deno.stdin.readable).bytes();
  }

  async writeOutput(text: string): Promise<void> {
    if (!await writeAll(Deno.stdout, text)) throw new OutputClosed();
  }

  async writeError(text: string): Promise<void> {
    await writeAll(Deno.stderr, text);
  }

  onInterrupt(listener: () => void): Disposable {
    Deno.addSignalListener("SIGINT", listener);
    return {
      [Symbol.dispose]: () => Deno.removeSignalListener("SIGINT", listener),
    };
  }
}

/** Whether somebody read it to the end. */
async function writeAll(
  stream: { write(bytes: Uint8Array): Promise<number> },
  text: string,
): Promise<boolean> {
  let rest = new TextEncoder().encode(text);
  try {
    while (rest.length > 0) rest = rest.subarray(await stream.write(rest));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  }
}
