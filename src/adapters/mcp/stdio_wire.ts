/**
 * The stdio transport to the client that started this process: one JSON message
 * per line in each direction. The client may send anything.
 */

import { deserializeMessage } from "@modelcontextprotocol/server";
import type {
  JSONRPCMessage,
  RequestId,
  Transport,
} from "@modelcontextprotocol/server";

/** The streams of a transport. */
export interface WireStreams {
  readonly input: ReadableStream<Uint8Array>;
  readonly output: { write(bytes: Uint8Array): Promise<number> };
}

/** A message waiting to be written. */
interface Outgoing {
  readonly line: string;
  /** The request that it answers. */
  readonly answered: RequestId | undefined;
}

/** Reading pauses while this many requests are open. */
const MOST_OPEN_REQUESTS = 4_096;
/** Reading pauses while open requests hold more bytes. */
const MOST_OPEN_BYTES = 64 * 1024 * 1024;
/** Responses are batched while more requests than this are open. */
const FEW_OPEN_REQUESTS = 4;
/** Limits of a batch: size and delay. */
const MOST_TOGETHER = 16;
const TOGETHER_MS = 1;
/** How long to wait for a client to read the last response. */
const LAST_WRITE_MS = 1_000;
/** https://www.jsonrpc.org/specification#error_object */
const INTERNAL_ERROR = -32603;
const NEWLINE = 0x0a;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: false });

/** Reads and writes the messages of one client. */
export class StdioWire implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** Resolves when the client has closed its end or disconnected. */
  readonly inputEnded: Promise<void>;
  readonly #output: WireStreams["output"];
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #maxMessageBytes: number;
  readonly #open = new Map<RequestId, number>();
  readonly #ended = Promise.withResolvers<void>();
  #openBytes = 0;
  #answered = Promise.withResolvers<void>();
  #waiting: Outgoing[] = [];
  #enough = Promise.withResolvers<void>();
  #writing: Promise<void> | undefined;
  #isClosed = false;

  constructor({ input, output }: WireStreams, maxMessageBytes: number) {
    this.#output = output;
    this.#reader = input.getReader();
    this.#maxMessageBytes = maxMessageBytes;
    this.inputEnded = this.#ended.promise;
  }

  start(): Promise<void> {
    this.#readAll()
      .catch((error) => this.#fail(error))
      .finally(() => this.#ended.resolve());
    return Promise.resolve();
  }

  /**
   * Writes a message; pending messages are written together. Under load a
   * response waits a millisecond for others: a write, and the client's read of
   * it, cost more than a small call.
   */
  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#isClosed) return;
    const answered = "method" in message ? undefined : message.id;
    this.#waiting.push({ line: `${lineOf(message)}\n`, answered });
    if (this.#isEnough) this.#enough.resolve();
    await (this.#writing ??= this.#writeAll());
  }

  /** Waits until every request is answered, at most the grace period. */
  async answered(graceMs: number): Promise<void> {
    const end = performance.now() + graceMs;
    while (!this.#isClosed && this.#open.size > 0) {
      const left = end - performance.now();
      if (left <= 0) return;
      this.#answered = Promise.withResolvers<void>();
      const timer = setTimeout(() => this.#answered.resolve(), left);
      await this.#answered.promise;
      clearTimeout(timer);
    }
  }

  /** Writes pending messages and stops reading. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, LAST_WRITE_MS);
    await Promise.race([this.#writing, late.promise]);
    clearTimeout(timer);
    this.#shut();
  }

  #shut(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#answered.resolve();
    this.#enough.resolve();
    this.#ended.resolve();
    this.#reader.cancel().catch(() => {});
    this.onclose?.();
  }

  async #writeAll(): Promise<void> {
    // Responses that are ready in the same turn are sent together.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0) {
        if (!this.#isEnough) await this.#gather();
        const batch = this.#waiting.splice(0);
        const text = batch.map(({ line }) => line).join("");
        let rest = ENCODER.encode(text);
        while (rest.length > 0) {
          rest = rest.subarray(await this.#output.write(rest));
        }
        // Only now, so that reading pauses if the client does not read.
        for (const { answered } of batch) {
          if (answered !== undefined) this.#forget(answered);
        }
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#writing = undefined;
    }
  }

  /** A guest's reports are not delayed, as it waits for them. */
  get #isEnough(): boolean {
    const { length } = this.#waiting;
    return length >= MOST_TOGETHER ||
      this.#open.size - length < FEW_OPEN_REQUESTS ||
      this.#waiting.some(({ answered }) => answered === undefined);
  }

  async #gather(): Promise<void> {
    this.#enough = Promise.withResolvers<void>();
    const timer = setTimeout(this.#enough.resolve, TOGETHER_MS);
    await this.#enough.promise;
    clearTimeout(timer);
  }

  async #readAll(): Promise<void> {
    let parts: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const { done, value: piece } = await this.#reader.read();
      if (done) return;
      let start = 0;
      for (;;) {
        const end = piece.indexOf(NEWLINE, start);
        const part = piece.subarray(start, end < 0 ? undefined : end);
        parts.push(part);
        length += part.length;
        if (length > this.#maxMessageBytes) throw this.#tooLong();
        if (end < 0) break;
        this.#take(joined(parts, length), length);
        [parts, length, start] = [[], 0, end + 1];
        if (this.#isFull) await this.#room();
        if (this.#isClosed) return;
      }
    }
  }

  /** A line that is not a message is reported, and reading continues. */
  #take(line: Uint8Array, bytes: number): void {
    const text = DECODER.decode(line).trim();
    if (text === "") return;
    try {
      const message = deserializeMessage(text);
      this.#remember(message, bytes);
      this.onmessage?.(message);
    } catch (error) {
      this.onerror?.(new Error("Cannot read message", { cause: error }));
    }
  }

  #remember(message: JSONRPCMessage, bytes: number): void {
    if (!("method" in message)) return;
    if ("id" in message) {
      this.#forget(message.id);
      this.#open.set(message.id, bytes);
      this.#openBytes += bytes;
    } else if (message.method === "notifications/cancelled") {
      // A cancelled request gets no response.
      this.#forget(message.params?.requestId as RequestId);
    }
  }

  #forget(id: RequestId): void {
    this.#openBytes -= this.#open.get(id) ?? 0;
    this.#open.delete(id);
    this.#answered.resolve();
  }

  get #isFull(): boolean {
    return this.#open.size >= MOST_OPEN_REQUESTS ||
      this.#openBytes > MOST_OPEN_BYTES;
  }

  async #room(): Promise<void> {
    while (!this.#isClosed && this.#isFull) {
      this.#answered = Promise.withResolvers<void>();
      await this.#answered.promise;
    }
  }

  #tooLong(): Error {
    return new Error(
      `Cannot read message: it has more than ${this.#maxMessageBytes} bytes, the limit`,
    );
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    this.#shut();
  }
}

/** A message that can't be serialized becomes an error response. */
function lineOf(message: JSONRPCMessage): string {
  try {
    return JSON.stringify(message);
  } catch (error) {
    const id = "id" in message ? message.id : undefined;
    if (!(error instanceof RangeError) || id === undefined) throw error;
    const text = "The answer is nested too deeply to be written";
    return JSON.stringify({
      jsonrpc: "2.0",
      id,
      error: { code: INTERNAL_ERROR, message: text },
    });
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
