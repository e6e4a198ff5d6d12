/** A server on an address that keeps serving when its listener fails. */

/** How long it waits until it listens again. */
const RETRY_MS = 200;

/** Answers one request. */
export type HttpHandler = (
  request: Request,
  info: Deno.ServeHandlerInfo,
) => Response | Promise<Response>;

/**
 * Listens until it is closed. Clients that open more connections than the
 * process may have can end a listener: then it reports the error, and listens
 * again.
 */
export class HttpListener {
  /** Resolves when it is closed. */
  readonly finished: Promise<void>;
  readonly #handler: HttpHandler;
  readonly #onError: (error: Error) => void;
  readonly #hard = new AbortController();
  #server: Deno.HttpServer<Deno.NetAddr>;
  #closing: Promise<void> | undefined;

  /** @throws what listening throws, such as an address that is in use. */
  constructor(
    address: { readonly hostname: string; readonly port: number },
    handler: HttpHandler,
    onError: (error: Error) => void,
  ) {
    this.#handler = handler;
    this.#onError = onError;
    this.#server = this.#listen(address);
    this.finished = this.#run();
  }

  /** Where it listens. */
  get addr(): Deno.NetAddr {
    return this.#server.addr;
  }

  /** Accepts no more connections, and aborts those that do not end in time. */
  async close(graceMs: number): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    await this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#hard.abort(), graceMs);
    await this.#server.shutdown();
    await this.finished;
    clearTimeout(timer);
  }

  #listen(
    { hostname, port }: { readonly hostname: string; readonly port: number },
  ): Deno.HttpServer<Deno.NetAddr> {
    const { signal } = this.#hard;
    return Deno.serve(
      { hostname, port, signal, onListen: () => {} },
      this.#handler,
    );
  }

  async #run(): Promise<void> {
    for (;;) {
      try {
        await this.#server.finished;
        return;
      } catch (error) {
        if (this.#closing) return;
        this.#onError(error as Error);
        await this.#again(this.addr);
      }
    }
  }

  /** There may be no descriptor for it yet. */
  async #again(address: Deno.NetAddr): Promise<void> {
    while (!this.#closing) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      try {
        if (!this.#closing) this.#server = this.#listen(address);
        return;
      } catch (error) {
        this.#onError(error as Error);
      }
    }
  }
}
