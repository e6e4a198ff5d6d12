/** A server that answers byte by byte what a test tells it to. */

/** A request as it arrived. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** The head as it is, in lower case. */
  readonly head: string;
  readonly body: string;
}

/** What a test answers on. */
export interface RawReply {
  /** Writes text or bytes; false once the client has gone. */
  write(data: string | Uint8Array): Promise<boolean>;
  /** Ends the connection. */
  close(): void;
  /** Resolves when the client has closed the connection. */
  readonly gone: Promise<void>;
}

/** Answers a request; what it returns is written. */
export type RawHandler = (
  request: RawRequest,
  reply: RawReply,
) => string | Promise<string | void> | void;

/** Listens on loopback until it is disposed. */
export class RawServer implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #handler: RawHandler;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  /** Every request that came. */
  readonly requests: RawRequest[] = [];
  /** How many connections were made. */
  connections = 0;

  constructor(handler: RawHandler, hostname = "127.0.0.1") {
    this.#handler = handler;
    this.#listener = Deno.listen({ port: 0, hostname });
    this.#accepting = this.#accept();
  }

  /** Its port. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Its address with the port. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** How many connections are open. */
  get open(): number {
    return this.#connections.size;
  }

  /** Resolves when no connection is open; rejects after two seconds. */
  async drained(): Promise<void> {
    for (let waited = 0; this.open > 0; waited += 10) {
      if (waited > 2000) throw new Error(`${this.open} connections are open`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) close(connection);
    await this.#accepting;
    await Promise.all(this.#tasks);
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      this.connections++;
      this.#connections.add(connection);
      const task = this.#serve(connection).catch(() => {}).finally(() => {
        close(connection);
        this.#connections.delete(connection);
        this.#tasks.delete(task);
      });
      this.#tasks.add(task);
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    const reader = new RequestReader(connection);
    for (;;) {
      const request = await reader.next();
      if (!request) return;
      this.requests.push(request);
      const gone = reader.ended();
      const text = await this.#handler(request, {
        write: (data) => write(connection, data),
        close: () => close(connection),
        gone,
      });
      if (typeof text === "string") await write(connection, text);
    }
  }
}

/** A well-formed answer. */
export function answer(
  body: string,
  headers = "",
  status = "200 OK",
): string {
  const { length } = new TextEncoder().encode(body);
  return `HTTP/1.1 ${status}\r\ncontent-length: ${length}\r\n${headers}\r\n${body}`;
}

class RequestReader {
  readonly #connection: Deno.TcpConn;
  readonly #waiting = Promise.withResolvers<void>();
  #text = "";
  #more = Promise.withResolvers<void>();
  #isOver = false;

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    void this.#pump();
  }

  /** Resolves when nothing more comes. */
  ended(): Promise<void> {
    return this.#waiting.promise;
  }

  async next(): Promise<RawRequest | undefined> {
    for (;;) {
      const request = this.#parse();
      if (request) return request;
      if (this.#isOver) return undefined;
      await this.#more.promise;
    }
  }

  async #pump(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        const count = await this.#connection.read(buffer);
        if (count === null) break;
        this.#text += String.fromCharCode(...buffer.subarray(0, count));
        this.#wake();
      }
    } catch {
      // It was closed.
    }
    this.#isOver = true;
    this.#waiting.resolve();
    this.#wake();
  }

  #wake(): void {
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }

  #parse(): RawRequest | undefined {
    const end = this.#text.indexOf("\r\n\r\n");
    if (end < 0) return undefined;
    const head = this.#text.slice(0, end);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    if (this.#text.length < end + 4 + length) return undefined;
    const body = this.#text.slice(end + 4, end + 4 + length);
    this.#text = this.#text.slice(end + 4 + length);
    const [method = "", path = ""] = head.split(" ");
    return { method, path, head: head.toLowerCase(), body };
  }
}

async function write(
  connection: Deno.TcpConn,
  data: string | Uint8Array,
): Promise<boolean> {
  const bytes = typeof data === "string"
    ? Uint8Array.from(data, (c) => c.charCodeAt(0))
    : data;
  try {
    for (let at = 0; at < bytes.length;) {
      at += await connection.write(bytes.subarray(at));
    }
    return true;
  } catch {
    return false;
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
