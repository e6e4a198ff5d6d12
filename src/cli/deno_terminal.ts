/** The terminal of a Deno process. */

import { OutputClosed, type Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";

/** Maximum length of an answer; a terminal delivers one line at a time. */
const MOST_ANSWER_BYTES = 1024;

/** The streams and signals of a Deno process. */
export class DenoTerminal implements Terminal {
  async readFile(path: string): Promise<Uint8Array> {
    return await Deno.readFile(path);
  }

  async listFolder(path: string): Promise<string[] | undefined> {
    if (!(await Deno.stat(path)).isDirectory) return undefined;
    return (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
  }

  async writeFile(path: string, content: string | Uint8Array): Promise<void> {
    await (typeof content === "string"
      ? Deno.writeTextFile(path, content)
      : Deno.writeFile(path, content));
  }

  async makeFolder(path: string): Promise<void> {
    await Deno.mkdir(path);
  }

  async appendFile(path: string, content: string): Promise<void> {
    await Deno.writeTextFile(path, content, { append: true });
  }

  watch(
    paths: readonly string[],
    signal: AbortSignal,
  ): AsyncIterable<unknown> {
    const watcher = Deno.watchFs([...paths]);
    signal.addEventListener("abort", () => watcher.close(), { once: true });
    return watcher;
  }

  async readInput(): Promise<Uint8Array> {
    return await new Response(Deno.stdin.readable).bytes();
  }

  inputPieces(): AsyncIterable<Uint8Array> {
    return Deno.stdin.readable;
  }

  async writeOutput(content: string | Uint8Array): Promise<void> {
    if (!await writeAll(Deno.stdout, content)) throw new OutputClosed();
  }

  async writeError(content: string | Uint8Array): Promise<void> {
    await writeAll(Deno.stderr, content);
  }

  variable(name: string): string | undefined {
    // Queried first: reading without the permission would prompt.
    const descriptor = { name: "env", variable: name } as const;
    if (Deno.permissions.querySync(descriptor).state !== "granted") {
      throw new UsageError(
        `this process may not read variable ${name}, run Deno with --allow-env=${name}`,
      );
    }
    return Deno.env.get(name);
  }

  isScreen(stream: "output" | "error"): boolean {
    return (stream === "output" ? Deno.stdout : Deno.stderr).isTerminal();
  }

  async ask(question: string): Promise<string | undefined> {
    if (!Deno.stdin.isTerminal()) return undefined;
    await this.writeError(question);
    const line = new Uint8Array(MOST_ANSWER_BYTES);
    const read = await Deno.stdin.read(line);
    return read === null
      ? undefined
      : new TextDecoder("utf-8", { ignoreBOM: true }).decode(
        line.subarray(0, read),
      );
  }

  onInterrupt(listener: () => void): Disposable {
    return listenTo("SIGINT", listener);
  }

  onTerminate(listener: () => void): Disposable {
    // Windows does not support this signal.
    return listenTo(
      Deno.build.os === "windows" ? "SIGBREAK" : "SIGTERM",
      listener,
    );
  }
}

function listenTo(signal: Deno.Signal, listener: () => void): Disposable {
  Deno.addSignalListener(signal, listener);
  return {
    [Symbol.dispose]: () => Deno.removeSignalListener(signal, listener),
  };
}

/** Whether somebody read it to the end. */
async function writeAll(
  stream: { write(bytes: Uint8Array): Promise<number> },
  content: string | Uint8Array,
): Promise<boolean> {
  let rest = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  try {
    while (rest.length > 0) rest = rest.subarray(await stream.write(rest));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  }
}
