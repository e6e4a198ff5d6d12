/** The runner as an MCP client starts it. */

import { startRunner } from "./runner_process.ts";

/** A runner that serves over standard input and output. */
export class ServingRunner {
  readonly child: Deno.ChildProcess;
  /** What it printed to standard error so far. */
  stderr = "";
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;
  readonly #errorEnd: Promise<void>;
  #id = 0;

  constructor(
    args: readonly string[],
    permissions: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.child = startRunner(["serve", ...args], permissions, env);
    this.#writer = this.child.stdin.getWriter();
    this.#lines = lines(this.child.stdout);
    this.#errorEnd = this.#readErrors();
  }

  /** Sends a request; answers its result, or its error. */
  async ask(method: string, params: object = {}): Promise<unknown> {
    const id = await this.send(method, params);
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`It ended: ${this.stderr}`);
      const message = JSON.parse(value);
      if (message.id === id) return message.result ?? message.error;
    }
  }

  /** Sends a request; answers its id. */
  async send(method: string, params: object = {}): Promise<number> {
    const id = ++this.#id;
    const text = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    await this.#writer.write(new TextEncoder().encode(`${text}\n`));
    return id;
  }

  /** The names of its tools. */
  async toolNames(): Promise<string[]> {
    const { tools } = await this.ask("tools/list") as {
      tools: { name: string }[];
    };
    return tools.map(({ name }) => name);
  }

  /** Calls a tool; answers its text. */
  async call(name: string, args: object = {}): Promise<string> {
    const { content } = await this.ask("tools/call", {
      name,
      arguments: args,
    }) as { content: [{ text: string }] };
    return content[0].text;
  }

  /** Waits until it printed something to standard error. */
  async untilPrinted(text: string): Promise<void> {
    const late = performance.now() + 20_000;
    while (!this.stderr.includes(text)) {
      if (performance.now() > late) {
        throw new Error(`It did not print ${text}: ${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Closes its standard input; answers its exit code. */
  async end(): Promise<number> {
    await this.#writer.close().catch(() => {});
    return await this.ended();
  }

  /** Its exit code. */
  async ended(): Promise<number> {
    const { code } = await this.child.status;
    // Nobody reads the rest.
    while (!(await this.#lines.next()).done);
    await this.#errorEnd;
    await this.#writer.close().catch(() => {});
    return code;
  }

  async #readErrors(): Promise<void> {
    const text = this.child.stderr.pipeThrough(new TextDecoderStream());
    for await (const piece of text) this.stderr += piece;
  }
}

async function* lines(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
