/** Tools over Streamable HTTP: one request in, one response or stream out. */

import { createMcpHandler } from "@modelcontextprotocol/server";
import { parseJson, UnusableJson } from "../../pieces/parse_json.ts";
import { type HttpGuard, refusal, rpcError } from "./http_guard.ts";
import { whyTooMany } from "./message_size.ts";
import {
  MOST_REQUESTS,
  type OpenRequest,
  OpenRequests,
} from "./open_requests.ts";
import { BodyRefused, readBody } from "./request_body.ts";
import type { ToolServers } from "./tool_server.ts";

/** Options of the HTTP server. */
export interface HttpFaceOptions {
  readonly guard: HttpGuard;
  readonly maxMessageBytes: number;
  readonly onError: (error: Error) => void;
}

const SESSION_HEADER = "mcp-session-id";

/**
 * Answers requests of clients of both protocol generations. It is stateless: an
 * older client gets a random session id, which is used only to cancel its
 * calls, so a restarted server serves it as before.
 */
export class HttpFace {
  readonly #servers: ToolServers;
  readonly #options: HttpFaceOptions;
  readonly #handler: ReturnType<typeof createMcpHandler>;
  readonly #requests = new OpenRequests();
  #isStopping = false;

  constructor(servers: ToolServers, options: HttpFaceOptions) {
    this.#servers = servers;
    this.#options = options;
    this.#handler = createMcpHandler(servers.make, {
      onerror: options.onError,
      maxRequestBodySize: options.maxMessageBytes,
      // A disconnected client is noticed only if a stream to it is open.
      responseMode: "sse",
    });
  }

  /**
   * Answers one request.
   *
   * @param gone Aborted when the client disconnects; the request's signal by
   * default.
   */
  readonly fetch = async (
    request: Request,
    gone: () => AbortSignal = () => request.signal,
  ): Promise<Response> => {
    const refused = await refusal(request, this.#options.guard);
    if (refused) return refused;
    if (this.#isStopping) return rpcError(503, -32000, "The server stops");
    const open = this.#requests.open();
    if (!open) {
      return busy(`The server is busy: ${MOST_REQUESTS} requests run`);
    }
    try {
      return open.until(await this.#answer(request, open, gone()));
    } catch (error) {
      open.close();
      throw error;
    }
  };

  /** Notifies subscribed clients that the tools have changed. */
  toolsChanged(): void {
    this.#handler.notify.toolsChanged();
  }

  /** Refuses new calls, and aborts running ones after a grace period. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    await this.#servers.running.stop(graceMs);
    await this.#handler.close();
  }

  async #answer(
    request: Request,
    open: OpenRequest,
    signal: AbortSignal,
  ): Promise<Response> {
    const { url, method, headers } = request;
    // The body is read here, and the signal of Deno's requests is aborted on
    // success too.
    const bare = new Request(url, { method, headers, signal });
    if (method !== "POST") return await this.#handler.fetch(bare);
    const message = await this.#message(request, open);
    if (message instanceof Response) return message;
    const response = await this.#handler.fetch(bare, { parsedBody: message });
    return isInitialize(message) ? withSession(response) : response;
  }

  /** The message in a body, or the error. */
  async #message(request: Request, open: OpenRequest): Promise<unknown> {
    try {
      const { maxMessageBytes } = this.#options;
      const bytes = await readBody(request, maxMessageBytes, open.hold);
      const message = await parseJson(bytes);
      const why = whyTooMany(message);
      return why === undefined
        ? message
        : rpcError(400, -32600, `Invalid request: ${why}`);
    } catch (error) {
      if (error instanceof BodyRefused) {
        const { status, message } = error;
        return status === 503
          ? busy(message)
          : rpcError(status, -32000, message);
      }
      const why = error instanceof UnusableJson
        ? `is ${error.message}`
        : "could not be read";
      return rpcError(400, -32700, `Parse error: the request body ${why}`);
    }
  }
}

function busy(message: string): Response {
  return rpcError(503, -32000, message, { "retry-after": "1" });
}

function isInitialize(message: unknown): boolean {
  return typeof message === "object" && message !== null &&
    (message as { method?: unknown }).method === "initialize";
}

function withSession(response: Response): Response {
  if (!response.ok) return response;
  const headers = new Headers(response.headers);
  headers.set(SESSION_HEADER, crypto.randomUUID());
  const { status, body } = response;
  return new Response(body, { status, headers });
}
