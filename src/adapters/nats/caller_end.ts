/**
 * The caller's end of a connection: one inbox for all calls, and the known
 * services.
 */

import type { Msg, NatsConnection } from "@nats-io/transport-node";
import type { AskedAttempt } from "./call_attempt.ts";
import { CallAttempt } from "./call_attempt.ts";
import { pieceBytes } from "./piece_flow.ts";
import { randomToken } from "./subjects.ts";

/** Interval for checking calls. */
const TICK_MS = 100;
/**
 * A tick this late means that the event loop was blocked: messages may be
 * waiting to be read.
 */
const HELD_UP_MS = 400;
/**
 * How long ended attempts are remembered, as a service may not know yet that
 * its call was cancelled.
 */
const REMEMBER_MS = 10_000;
const MOST_REMEMBERED = 10_000;
/** How long services are remembered. */
const KNOWN_MS = 60_000;
const MOST_KNOWN = 1_000;
const MEASURE_WAY_MS = 10_000;

const ENDS = new WeakMap<NatsConnection, Map<string, CallerEnd>>();

/** The caller's end of one connection. */
export class CallerEnd {
  readonly #connection: NatsConnection;
  readonly #inbox: string;
  readonly #attempts = new Map<string, CallAttempt>();
  /** Ended attempts, and when they ended. */
  readonly #past = new Map<string, { attempt: CallAttempt; ended: number }>();
  readonly #known = new Map<string, number>();
  #ticking: ReturnType<typeof setInterval> | undefined;
  #ticked = 0;
  #wayMs = 0;
  #measured = -Infinity;

  private constructor(connection: NatsConnection, inboxPrefix: string) {
    this.#connection = connection;
    this.#inbox = `${inboxPrefix}.${randomToken()}`;
    connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (!error) this.#hear(message);
      },
    });
    connection.closed().then(() => this.#closed());
  }

  /** The caller's end of a connection, shared by all tools on it. */
  static of(connection: NatsConnection, inboxPrefix: string): CallerEnd {
    const ends = ENDS.get(connection) ?? new Map<string, CallerEnd>();
    ENDS.set(connection, ends);
    const end = ends.get(inboxPrefix) ??
      new CallerEnd(connection, inboxPrefix);
    ends.set(inboxPrefix, end);
    return end;
  }

  /** Whether the connection is permanently closed. */
  get isClosed(): boolean {
    return this.#connection.isClosed();
  }

  /** Bytes of arguments that fit in a message. */
  get pieceBytes(): number {
    return pieceBytes(this.#connection.info?.max_payload);
  }

  /** Recent round-trip time to the server, in milliseconds. */
  get wayMs(): number {
    return this.#wayMs;
  }

  /** Starts an attempt. */
  begin(
    args: Uint8Array,
    asked: Omit<AskedAttempt, "publish">,
  ): CallAttempt {
    const token = randomToken();
    const attempt = new CallAttempt({
      ...asked,
      publish: (subject, frame) => this.#publish(subject, frame),
    });
    this.#attempts.set(token, attempt);
    this.#tickWhileNeeded();
    this.#publish(
      asked.subject,
      attempt.firstFrame(args),
      `${this.#inbox}.${token}`,
    );
    attempt.end.then(() => this.#ended(token, attempt));
    return attempt;
  }

  /** A random other service that was recently seen. */
  another(instance: string): string | undefined {
    const least = performance.now() - KNOWN_MS;
    const others = [...this.#known]
      .filter(([one, heard]) => one !== instance && heard > least)
      .map(([one]) => one);
    return others[Math.floor(Math.random() * others.length)];
  }

  /** Remembers a service. */
  know(instance: string): void {
    this.#known.delete(instance);
    this.#known.set(instance, performance.now());
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN) this.#known.delete(oldest!);
  }

  /** Forgets a service that does not respond. */
  forget(instance: string): void {
    this.#known.delete(instance);
  }

  /**
   * Measures the round-trip time to the server, if the last measurement is old.
   */
  async measureWay(): Promise<void> {
    if (performance.now() - this.#measured < MEASURE_WAY_MS) return;
    this.#measured = performance.now();
    this.#wayMs = await this.#connection.rtt();
  }

  #hear(message: Msg): void {
    const token = message.subject.slice(this.#inbox.length + 1);
    const attempt = this.#attempts.get(token) ??
      this.#past.get(token)?.attempt;
    attempt?.hear(message);
  }

  #publish(subject: string, frame: Uint8Array, reply?: string): void {
    if (this.isClosed) return;
    try {
      this.#connection.publish(subject, frame, reply ? { reply } : {});
    } catch {
      // The connection is draining; pending calls are notified when it closes.
    }
  }

  #ended(token: string, attempt: CallAttempt): void {
    this.#attempts.delete(token);
    if (attempt.instance !== undefined) this.know(attempt.instance);
    // A service that has not responded yet is notified when it does.
    if (attempt.instance === undefined) {
      this.#past.set(token, { attempt, ended: performance.now() });
    }
    const [oldest] = this.#past.keys();
    if (this.#past.size > MOST_REMEMBERED) this.#past.delete(oldest!);
  }

  #tickWhileNeeded(): void {
    if (this.#ticking !== undefined) return;
    this.#ticked = performance.now();
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    const now = performance.now();
    const wasHeldUp = now - this.#ticked > HELD_UP_MS;
    this.#ticked = now;
    for (const attempt of this.#attempts.values()) {
      wasHeldUp ? attempt.forgive() : attempt.tick(now);
    }
    for (const [token, { ended }] of this.#past) {
      if (now - ended < REMEMBER_MS) break;
      this.#past.delete(token);
    }
    if (this.#attempts.size > 0) return;
    clearInterval(this.#ticking);
    this.#ticking = undefined;
  }

  #closed(): void {
    for (const attempt of this.#attempts.values()) {
      attempt.finish({ kind: "closed" });
    }
  }
}
