/** A folder with an overlay that has a spill folder, and what is in that. */

import { assertEquals } from "@std/assert";
import { type OverlayLimits, type RunResult, ToolSandbox } from "../../mod.ts";
import { fixture } from "../bench/fixture.ts";

/** The name of the sandbox's own folder in a spill directory. */
export const OWN = ".cortexai-sandbox-spill";

/** How much is in memory, of the 4 MiB that the large file has. */
export const MEMORY_BYTES = 65_536;
export const LARGE_BYTES: number = 4 * 1024 * 1024;

/** A sandbox over a folder with one large file. */
export class SpillGround implements AsyncDisposable {
  readonly base: string = Deno.realPathSync(Deno.makeTempDirSync());
  readonly host: string = `${this.base}/work`;
  readonly spill: string = `${this.base}/spill`;
  readonly large: Uint8Array<ArrayBuffer> = new Uint8Array(LARGE_BYTES);
  readonly sandbox: ToolSandbox;

  constructor(limits: Partial<OverlayLimits> = {}) {
    for (let at = 0; at < LARGE_BYTES; at += 65_536) {
      crypto.getRandomValues(this.large.subarray(at, at + 65_536));
    }
    Deno.mkdirSync(this.host);
    Deno.mkdirSync(this.spill, { mode: 0o700 });
    Deno.writeFileSync(`${this.host}/large`, this.large);
    this.sandbox = this.open(limits);
  }

  /** Opens a sandbox with the same folders. */
  open(limits: Partial<OverlayLimits> = {}): ToolSandbox {
    const overlay = {
      maxMemoryBytes: MEMORY_BYTES,
      spillDirectory: this.spill,
      ...limits,
    };
    return new ToolSandbox({
      maxWorkers: 2,
      allowedPaths: { "/work": { host: this.host, overlay } },
    });
  }

  /** Copies a file of the guest's to another one. */
  async copies(
    from: string,
    to: string,
    options: Parameters<ToolSandbox["run"]>[1] = {},
  ): Promise<RunResult> {
    const result = await this.tries(from, to, options);
    assertEquals([result.exitCode, result.stderr], [0, ""]);
    return result;
  }

  /** The same, where it may fail. */
  async tries(
    from: string,
    to: string,
    options: Parameters<ToolSandbox["run"]>[1] = {},
  ): Promise<RunResult> {
    const module = await this.sandbox.loadModule(fixture("wasi/copy"));
    const args = [`/work/${from}`, `/work/${to}`];
    return await this.sandbox.run(module, { ...options, args });
  }

  /** The files that are spilled, by their paths. */
  spilled(): string[] {
    const own = `${this.spill}/${OWN}`;
    return [...Deno.readDirSync(own)].filter(({ isDirectory }) => isDirectory)
      .flatMap(({ name }) =>
        [...Deno.readDirSync(`${own}/${name}`)]
          .map((file) => `${own}/${name}/${file.name}`)
      );
  }

  /** What is in the spill directory at all, below the sandbox's own folder. */
  left(): string[] {
    return [...Deno.readDirSync(`${this.spill}/${OWN}`)]
      .map(({ name }) => name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox.close();
    Deno.removeSync(this.base, { recursive: true });
  }
}
