/** A user's project in a folder of its own, with nothing of ours but a registry. */

import { fromFileUrl, join } from "@std/path";
import { publishedPackages } from "./jsr_package.ts";
import { type JsrServer, serveJsr } from "./jsr_server.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);
const PROJECT = fromFileUrl(new URL("./project/", import.meta.url));

/** The modules that lie in the project, and on the registry's server as well. */
const MODULES = [
  "tools/word_stats.wasm",
  "tools/regex_extract.wasm",
  "hostile/loop_in_execute.wasm",
  "wasi/cat.wasm",
  "wasi/copy.wasm",
  "host/price.wasm",
];

/** How a process ended. */
export interface ConsumerEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a process is started with, beside its arguments. */
export interface ConsumerRun {
  readonly input?: BodyInit;
  readonly env?: Record<string, string>;
  readonly command?: string;
}

/** A project, and a Deno that has never downloaded anything. */
export class Consumer implements AsyncDisposable {
  readonly #folder: string;
  readonly #server: JsrServer;

  private constructor(folder: string, server: JsrServer) {
    this.#folder = folder;
    this.#server = server;
  }

  /** Publishes, and makes the project. */
  static async create(): Promise<Consumer> {
    const modules = new Map(MODULES.map((path) => {
      const name = path.split("/").at(-1)!;
      return [`/${name}`, Deno.readFileSync(new URL(path, FIXTURES))];
    }));
    const server = await serveJsr(await publishedPackages(), modules);
    const folder = await Deno.realPath(await Deno.makeTempDir());
    const consumer = new Consumer(folder, server);
    await Deno.mkdir(consumer.path("project"));
    for (const { name } of Deno.readDirSync(PROJECT)) {
      await Deno.copyFile(join(PROJECT, name), consumer.path("project", name));
    }
    for (const [name, bytes] of modules) {
      await Deno.writeFile(consumer.path("project", name), bytes);
    }
    return consumer;
  }

  /** Where the registry and the modules are, with a slash at the end. */
  get url(): string {
    return this.#server.url;
  }

  /** `HOST:PORT` of the same. */
  get host(): string {
    return new URL(this.url).host;
  }

  /** What was asked of the registry so far. */
  get requests(): readonly string[] {
    return this.#server.requests;
  }

  /** What makes Deno this user's. */
  get env(): Record<string, string> {
    return {
      DENO_DIR: this.path("deno"),
      DENO_NO_PROMPT: "1",
      DENO_NO_UPDATE_CHECK: "1",
      JSR_URL: this.url,
      NO_COLOR: "1",
    };
  }

  /** A path below the folder of the project and of Deno's own files. */
  path(...names: string[]): string {
    return join(this.#folder, ...names);
  }

  /** Runs Deno in the project. */
  async deno(
    args: readonly string[],
    { input = "", env = {}, command = Deno.execPath() }: ConsumerRun = {},
  ): Promise<ConsumerEnd> {
    const child = new Deno.Command(command, {
      args: [...args],
      cwd: this.path("project"),
      env: { ...this.env, ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const [, { code, stdout, stderr }] = await Promise.all([
      new Response(input).body?.pipeTo(child.stdin).catch(ignoreClosed),
      child.output(),
    ]);
    const decoder = new TextDecoder();
    return {
      code,
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr).replace(/^Download .*\n/gm, ""),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** A process that fails at once does not read. */
function ignoreClosed(error: unknown): void {
  if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
}
