/** Services and callers on a real server, in one process. */

import { connect, type NatsConnection } from "@nats-io/transport-node";
import { ToolRegistry } from "../../../mod.ts";
import {
  type RemoteTool,
  remoteTools,
  type RemoteToolsFilter,
  serveTools,
  type ServeToolsOptions,
  type ToolsServing,
} from "../../../src/adapters/nats/mod.ts";
import { startNats } from "./nats_server.ts";

const ROOT = new URL("../../../", import.meta.url);

/** A tool that does what it is asked to, for good or bad. */
const TROUBLE = `
export const schema = {
  name: "trouble",
  description: "Makes trouble",
  parameters: {
    type: "object",
    properties: { what: { type: "string" }, size: { type: "integer" } },
    required: ["what"],
  },
};
export function execute({ what, size }) {
  if (what === "spin") for (;;);
  if (what === "throw") throw new RangeError("too much");
  if (what === "tell") { console.error("one"); console.error("two"); }
  if (what === "work") for (let i = 0; i < size * 20000; i++);
  if (what === "large") return "x".repeat(size);
  return what;
}
`;

/** The same under another name, marked as one that may run twice. */
const AGAIN = TROUBLE.replace('"trouble"', '"again"').replace(
  "parameters:",
  "annotations: { idempotentHint: true },\n  parameters:",
);

/** A registry that is served, and what serves it. */
export interface Served {
  readonly connection: NatsConnection;
  readonly serving: ToolsServing;
}

/** A server with services and callers, which end with it. */
export class Cluster implements AsyncDisposable {
  readonly #server: Awaited<ReturnType<typeof startNats>>;
  readonly #stack = new AsyncDisposableStack();

  private constructor(server: Awaited<ReturnType<typeof startNats>>) {
    this.#server = server;
  }

  /** Starts the server. */
  static async start(config?: string): Promise<Cluster> {
    return new Cluster(await startNats(config));
  }

  /** Where the server is. */
  get url(): string {
    return this.#server.url;
  }

  /** The tools `echo`, `trouble` and `again`. */
  async tools(maxExecutionTime: number = 60_000): Promise<ToolRegistry> {
    const folder = await Deno.makeTempDir();
    this.#stack.defer(() => Deno.remove(folder, { recursive: true }));
    await Deno.writeTextFile(`${folder}/trouble.js`, TROUBLE);
    await Deno.writeTextFile(`${folder}/again.js`, AGAIN);
    const tools = this.#stack.use(
      new ToolRegistry({ config: { maxExecutionTime } }),
    );
    await tools.load(new URL("fixtures/tools/echo.wasm", ROOT));
    await tools.load(`${folder}/trouble.js`);
    await tools.load(`${folder}/again.js`);
    return tools;
  }

  /** A connection that ends with the server. */
  async connect(options: object = {}): Promise<NatsConnection> {
    const connection = await connect({ servers: this.url, ...options });
    this.#stack.defer(() => connection.close());
    return connection;
  }

  /** Serves tools on a connection of their own. */
  async serve(
    tools: ToolRegistry,
    options: ServeToolsOptions = {},
  ): Promise<Served> {
    const connection = await this.connect();
    const serving = await serveTools(connection, tools, {
      graceMs: 1_000,
      ...options,
    });
    this.#stack.defer(() => serving.close());
    return { connection, serving };
  }

  /** A tool as a caller has it, on a connection of its own. */
  async remote(
    name: string,
    filter: RemoteToolsFilter = {},
  ): Promise<RemoteTool> {
    const connection = await this.connect();
    const [tool] = await remoteTools(connection, { names: [name], ...filter });
    return tool!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
    await this.#server[Symbol.asyncDispose]();
  }
}
