/** A process that runs what another product runs, and says how long it took. */

import { TextLineStream } from "../../text_lines.ts";

/** It is told a way a line, and answers with milliseconds. */
export class MeasuredProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;

  constructor(command: string, args: readonly string[]) {
    this.#process = new Deno.Command(command, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#lines = this.#process.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    this.#errors = new Response(this.#process.stderr).text();
  }

  /**
   * Does it once.
   *
   * @returns the milliseconds that it took, measured in the process.
   * @throws {Error} when it fails, with what it said.
   */
  async measure(way: string): Promise<number> {
    await this.#input.write(new TextEncoder().encode(`${way}\n`));
    const { value = "" } = await this.#lines.read();
    if (value !== "" && Number.isFinite(Number(value))) return Number(value);
    if (value !== "") throw new Error(value);
    const last = (await this.#errors).trim().split("\n").at(-1);
    throw new Error(`it ended: ${last}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#lines.cancel().catch(() => {});
    await this.#process.status;
  }
}
