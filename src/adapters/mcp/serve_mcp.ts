/** Serves tools to MCP clients, over stdio or HTTP. */

import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { quote } from "../../quote.ts";
import { HttpFace } from "./http_face.ts";
import { HttpListener } from "./http_listener.ts";
import type { McpTools } from "./mcp_tools.ts";
import { StdioWire } from "./stdio_wire.ts";
import { ToolServers } from "./tool_server.ts";
import type { ChangePolicy } from "./told_changes.ts";

/** Options for serving tools. */
export interface McpOptions {
  /** The name of the server; `cortexai-sandbox` by default. */
  readonly name?: string | undefined;
  /** The version of the server; `0.0.0` by default. */
  readonly version?: string | undefined;
  /** Instructions that clients may show a model; none by default. */
  readonly instructions?: string | undefined;
  /**
   * What happens to changes in folders with an overlay, for all tools or by
   * tool name; `"return"` by default: they are reported and dropped.
   */
  readonly changes?:
    | ChangePolicy
    | ((name: string) => ChangePolicy)
    | undefined;
  /** The maximum size of a message, in bytes; 4 MiB by default. */
  readonly maxMessageBytes?: number | undefined;
  /**
   * Grace period for running calls when the server stops, in milliseconds; 5
   * 000 by default.
   */
  readonly graceMs?: number | undefined;
  /** Called with errors outside of the protocol; ignored by default. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** Access control of an HTTP server. */
export interface McpHttpAccess {
  /**
   * The token that clients must send as `Authorization: Bearer TOKEN`; none by
   * default.
   */
  readonly token?: string | undefined;
  /**
   * Allowed names in the Host header besides those of this machine, without a
   * port.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Allowed host names of web pages (Origin) besides those of this machine. */
  readonly allowedOrigins?: readonly string[] | undefined;
}

/** Where a server listens. */
export interface McpListen extends McpHttpAccess {
  /**
   * The address to listen on; `127.0.0.1` by default. Non-local addresses
   * require a token.
   */
  readonly hostname?: string | undefined;
  /** The port; a free one by default. */
  readonly port?: number | undefined;
}

/** Options of {@linkcode serveMcp}. */
export interface ServeMcpOptions extends McpOptions {
  /** Serves over HTTP at this address; over stdio by default. */
  readonly http?: McpListen | undefined;
  /** The stream of incoming messages; standard input by default. */
  readonly input?: ReadableStream<Uint8Array> | undefined;
  /** The stream of outgoing messages; standard output by default. */
  readonly output?:
    | { write(bytes: Uint8Array): Promise<number> }
    | undefined;
}

/** A running server. */
export interface McpServing extends AsyncDisposable {
  /** Its URL over HTTP: `http://127.0.0.1:PORT/mcp`. */
  readonly url: string | undefined;
  /** Resolves when it has stopped, also because its client disconnected. */
  readonly finished: Promise<void>;
  /** Notifies clients that the tools have changed. */
  toolsChanged(): void;
  /**
   * Stops the server: running calls may end within the grace period, then they
   * are aborted.
   */
  close(): Promise<void>;
}

/** The result of {@linkcode mcpHandler}. */
export interface McpHandler {
  /** Answers one request, such as those of `Deno.serve`. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Notifies clients that the tools have changed. */
  toolsChanged(): void;
  /** Refuses new calls, and aborts running ones after the grace period. */
  close(): Promise<void>;
}

const PATH = "/mcp";
const LOCAL = ["localhost", "127.0.0.1", "[::1]"] as const;
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const GRACE_MS = 5_000;
/**
 * Grace period after a client has closed its end, as it seldom waits for
 * answers.
 */
const END_GRACE_MS = 1_000;

/**
 * Serves tools to MCP clients: to the one that started this process over stdio,
 * or to many over HTTP.
 *
 * ```ts ignore
 * import { ToolRegistry } from "@cortexai/sandbox";
 * import { serveMcp } from "@cortexai/sandbox/mcp";
 *
 * const tools = new ToolRegistry();
 * await tools.load("greet.js");
 * await using server = serveMcp(tools, { http: { port: 8808 } });
 * await server.finished;
 * ```
 *
 * @param tools The tools; a registry may change while it is being served.
 * @param options The transport, access control and limits.
 * @returns the server, which is the caller's to close.
 * @throws {TypeError} for a non-local address without a token.
 */
export function serveMcp(
  tools: McpTools,
  options: ServeMcpOptions = {},
): McpServing {
  return options.http
    ? serveHttp(tools, options, options.http)
    : serveStreams(tools, options);
}

/**
 * Creates a handler of HTTP requests, for your own server.
 *
 * @param tools The tools; a registry may change while it is being served.
 * @param options Access control and limits.
 * @returns the handler, which is the caller's to close.
 */
export function mcpHandler(
  tools: McpTools,
  options: McpOptions & McpHttpAccess = {},
): McpHandler {
  const face = httpFace(tools, options, options);
  const { graceMs = GRACE_MS } = options;
  return {
    fetch: (request) => face.fetch(request),
    toolsChanged: () => face.toolsChanged(),
    close: () => face.stop(graceMs),
  };
}

function serveStreams(tools: McpTools, options: ServeMcpOptions): McpServing {
  const { input = Deno.stdin.readable, output = Deno.stdout } = options;
  const { maxMessageBytes = MAX_MESSAGE_BYTES, graceMs = GRACE_MS } = options;
  const servers = toolServers(tools, options);
  const wire = new StdioWire({ input, output }, maxMessageBytes);
  const made: ReturnType<ToolServers["make"]>[] = [];
  const serving = serveStdio((context) => {
    const server = servers.make(context);
    made.push(server);
    return server;
  }, {
    transport: wire,
    onerror: (error) => options.onError?.(error),
  });
  const stop = async (graceMs: number) => {
    await wire.answered(graceMs);
    await servers.running.stop(0);
    await serving.close();
  };
  const finished = wire.inputEnded.then(() => stop(END_GRACE_MS));
  const close = async () => {
    await stop(graceMs);
    await finished;
  };
  return {
    url: undefined,
    finished,
    toolsChanged: () => {
      for (const server of made) {
        server.sendToolListChanged().catch(() => {});
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function serveHttp(
  tools: McpTools,
  options: ServeMcpOptions,
  listen: McpListen,
): McpServing {
  const { hostname = LOCAL[1], port = 0 } = listen;
  if (!isLocal(hostname) && listen.token === undefined) {
    throw new TypeError(
      `Cannot serve on ${
        quote(hostname)
      }: other machines may reach it, set a token`,
    );
  }
  const face = httpFace(tools, options, listen);
  const listener = new HttpListener(
    { hostname, port },
    (request, { completed }) =>
      new URL(request.url).pathname === PATH
        ? face.fetch(request, () => untilGone(completed))
        : new Response("Not found", { status: 404 }),
    (error) => options.onError?.(error),
  );
  const { graceMs = GRACE_MS } = options;
  const close = async () => {
    await face.stop(graceMs);
    // What is still pending is blocked by a client that does not read.
    await listener.close(END_GRACE_MS);
  };
  return {
    url: `http://${authority(listener.addr)}${PATH}`,
    finished: listener.finished,
    toolsChanged: () => face.toolsChanged(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A signal that is aborted when a response can't be delivered. */
function untilGone(completed: Promise<void>): AbortSignal {
  const controller = new AbortController();
  completed.catch(() => controller.abort());
  return controller.signal;
}

function httpFace(
  tools: McpTools,
  options: McpOptions,
  access: McpListen,
): HttpFace {
  const { maxMessageBytes = MAX_MESSAGE_BYTES, onError } = options;
  const { token, allowedHosts = [], allowedOrigins = [], hostname } = access;
  const own = hostname === undefined ? [] : [bracketed(hostname)];
  return new HttpFace(toolServers(tools, options), {
    guard: {
      hosts: [...LOCAL, ...own, ...allowedHosts],
      origins: [...LOCAL, ...allowedOrigins],
      token,
    },
    maxMessageBytes,
    onError: (error) => onError?.(error),
  });
}

function toolServers(
  tools: McpTools,
  options: McpOptions,
): ToolServers {
  const { name = "cortexai-sandbox", version = "0.0.0", instructions } =
    options;
  const { changes = "return" } = options;
  const policy = typeof changes === "function" ? changes : () => changes;
  return new ToolServers(tools, { name, version, instructions }, policy);
}

function isLocal(hostname: string): boolean {
  return LOCAL.some((name) => name === bracketed(hostname)) ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function bracketed(hostname: string): string {
  return hostname.includes(":") && !hostname.startsWith("[")
    ? `[${hostname}]`
    : hostname;
}

function authority({ hostname, port }: Deno.NetAddr): string {
  return `${bracketed(hostname)}:${port}`;
}
