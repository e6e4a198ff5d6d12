/** Programs that work in a host folder of their own. */

import { join } from "@std/path";
import { SandboxConfig, ToolSandbox } from "../../mod.ts";
import { fixture } from "./fixture.ts";

/** What the programs see the folder as. */
export const GUEST_FOLDER = "/work";

/** A WASI program, ready to be run again and again. */
export type Program = (...args: readonly string[]) => Promise<string>;

/** A temporary folder, and a sandbox that may write to it. */
export class GrantedFolder implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync();
  readonly #sandbox: ToolSandbox;

  /** Lets each run write so many bytes, any number when left out. */
  constructor(maxWriteBytes: number = Number.MAX_SAFE_INTEGER) {
    const config = SandboxConfig.builder()
      .allowedPath(GUEST_FOLDER, this.#folder, { write: true })
      .maxWriteBytes(maxWriteBytes)
      .maxExecutionTime(60_000)
      .build();
    this.#sandbox = new ToolSandbox(config);
  }

  /** The host's path of something in the folder. */
  path(name: string): string {
    return join(this.#folder, name);
  }

  /**
   * Loads a committed program; running it answers with what it printed.
   *
   * @throws {Error} from a run that prints anything but `expected`.
   */
  async program(name: string, expected: string): Promise<Program> {
    const module = await this.#sandbox.loadModule(fixture(name));
    return async (...args) => {
      const { stdout, stderr } = await this.#sandbox.run(module, { args });
      if (!stdout.startsWith(expected)) {
        throw new Error(`${name} ${args.join(" ")}: ${stdout}${stderr}`);
      }
      return stdout;
    };
  }

  /** Ends the sandbox and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sandbox[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
