/** The wire of a client in this process: a line of JSON each message. */

import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";

/** One end of a wire. */
export interface StreamEnd {
  readonly input: ReadableStream<Uint8Array>;
  readonly output: { write(bytes: Uint8Array): Promise<number> };
  /** Ends what the other one reads. */
  readonly hangUp: () => void;
}

/** Joins two ends. */
export function joinedStreams(): { client: StreamEnd; host: StreamEnd } {
  const [there, back] = [pipe(), pipe()];
  return {
    client: { input: back.input, output: there.output, hangUp: there.hangUp },
    host: { input: there.input, output: back.output, hangUp: back.hangUp },
  };
}

function pipe(): StreamEnd {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let isOpen = true;
  const input = new ReadableStream<Uint8Array>({
    start: (one) => {
      controller = one;
    },
    cancel: () => {
      isOpen = false;
    },
  });
  const write = (bytes: Uint8Array) => {
    if (!isOpen) return Promise.reject(new Deno.errors.BrokenPipe());
    controller.enqueue(bytes.slice());
    return Promise.resolve(bytes.length);
  };
  const hangUp = () => {
    if (isOpen) controller.close();
    isOpen = false;
  };
  return { input, output: { write }, hangUp };
}

/** What the official client speaks through. */
export class StreamClientTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #end: StreamEnd;

  constructor(end: StreamEnd) {
    this.#end = end;
  }

  start(): Promise<void> {
    this.#read().catch((error) => this.onerror?.(error));
    return Promise.resolve();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const line = `${JSON.stringify(message)}\n`;
    await this.#end.output.write(new TextEncoder().encode(line));
  }

  close(): Promise<void> {
    this.#end.hangUp();
    this.onclose?.();
    return Promise.resolve();
  }

  /** What is no message throws: nothing else belongs on the wire. */
  async #read(): Promise<void> {
    const lines = this.#end.input.pipeThrough(new TextDecoderStream());
    let rest = "";
    for await (const text of lines) {
      const parts = (rest + text).split("\n");
      rest = parts.pop()!;
      for (const line of parts) this.onmessage?.(JSON.parse(line));
    }
  }
}
