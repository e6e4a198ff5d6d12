/** Hostile ends of calls over NATS: a service and a caller that lie. */

import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { callFrame, readFrame } from "../../src/adapters/nats/frames.ts";

/** What the lying service says that it is. */
export const HASH: string = "ab".repeat(32);
const SCHEMA = {
  name: "fake",
  description: "Lies",
  parameters: { type: "object" },
  annotations: { idempotentHint: false },
};

/** 32 hexadecimal digits, as services and calls are named. */
export function token(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

/** What services are asked for. */
export interface PlainInfo {
  readonly metadata: { readonly protocol: string; readonly instance: string };
  readonly endpoints: readonly {
    readonly name: string;
    readonly subject: string;
    readonly metadata: object;
  }[];
  readonly [more: string]: unknown;
}

/** A service that answers as it is told to. */
export class LyingService {
  readonly connection: NatsConnection;
  readonly instance: string = token();
  /** What came for it. */
  readonly heard: string[] = [];
  /** What it does with a call. */
  answer: (call: Msg, reply: (frame: Uint8Array) => void) => void = () => {};
  /** What it says when it is asked who it is. */
  info: () => Uint8Array | string = () => JSON.stringify(this.plainInfo());

  constructor(connection: NatsConnection) {
    this.connection = connection;
    connection.subscribe("$SRV.INFO.cortexai-tools", {
      callback: (_, message) => {
        message.respond(this.info());
      },
    });
    connection.subscribe(`tools.call.fake.${HASH}`, {
      callback: (_, message) => this.#take(message),
    });
    connection.subscribe(`tools.to.${this.instance}.>`, {
      callback: (_, message) => {
        const kind = readFrame(message.data)?.kind;
        if (kind !== undefined) this.heard.push(kind);
      },
    });
  }

  /** Who it says it is. */
  plainInfo(): PlainInfo {
    return {
      type: "io.nats.micro.v1.info_response",
      name: "cortexai-tools",
      id: "x",
      version: "1.0.0",
      metadata: { protocol: "1", instance: this.instance },
      endpoints: [{
        name: "fake",
        subject: `tools.call.fake.${HASH}`,
        metadata: { name: "fake", hash: HASH, schema: JSON.stringify(SCHEMA) },
      }],
    };
  }

  /** Where it wants to hear of a call. */
  control(): string {
    return `tools.to.${this.instance}.of.${token()}`;
  }

  #take(message: Msg): void {
    const control = this.control();
    this.answer(message, (frame) => {
      this.connection.publish(message.reply!, frame, { reply: control });
    });
  }
}

/** The bytes of a result: a length, its record in JSON, and what is behind. */
export function resultBytes(
  record: string,
  behind: Uint8Array | string = "",
): Uint8Array {
  const encoder = new TextEncoder();
  const text = encoder.encode(record);
  const rest = typeof behind === "string" ? encoder.encode(behind) : behind;
  const all = new Uint8Array(4 + text.length + rest.length);
  new DataView(all.buffer).setUint32(0, text.length, true);
  all.set(text, 4);
  all.set(rest, 4 + text.length);
  return all;
}

/** The bytes of a result with a value. */
export function valueBytes(json: string, more: object = {}): Uint8Array {
  const valueBytes = new TextEncoder().encode(json).length;
  return resultBytes(JSON.stringify({ valueBytes, ...more }), json);
}

/** A caller that sends what it likes, and remembers what comes back. */
export class LyingCaller {
  readonly connection: NatsConnection;
  readonly inbox: string = `_INBOX.${token()}`;
  readonly answers: Msg[] = [];
  #count = 0;

  constructor(connection: NatsConnection) {
    this.connection = connection;
    connection.subscribe(`${this.inbox}.>`, {
      callback: (_, message) => {
        this.answers.push(message);
      },
    });
  }

  /** Sends any bytes. */
  send(
    subject: string,
    bytes: Uint8Array,
    reply: string = `${this.inbox}.${this.#count++}`,
  ): void {
    this.connection.publish(subject, bytes, { reply });
  }

  /** Sends a call; the time and the length are what it says they are. */
  call(
    subject: string,
    json: string,
    options: { budgetMs?: number; totalBytes?: number } = {},
  ): void {
    const { budgetMs = 5_000, totalBytes = json.length } = options;
    const piece = new TextEncoder().encode(json);
    this.send(subject, callFrame(budgetMs, totalBytes, false, piece));
  }

  /** The kinds of what came back. */
  kinds(): (string | undefined)[] {
    return this.answers.map(({ data }) => readFrame(data)?.kind);
  }
}
