/** One service on a connection: its endpoints and open calls. */

import { type Service, type ServiceMsg, Svcm } from "@nats-io/services";
import type {
  Msg,
  NatsConnection,
  Subscription,
} from "@nats-io/transport-node";
import { PermissionDenied } from "../../errors.ts";
import { type Capacity, refusalOf } from "./admission.ts";
import { AnswersOut } from "./answers_out.ts";
import { CallQueue } from "./call_queue.ts";
import {
  type Frame,
  readFrame,
  type Refusal,
  REFUSALS,
  refusedFrame,
} from "./frames.ts";
import { OpenCall, type RunTool } from "./open_call.ts";
import { pieceBytes } from "./piece_flow.ts";
import { endpointMetadata, type ServedTool } from "./served_tool.ts";
import { randomToken, type Subjects } from "./subjects.ts";

/** The terms of a service. */
export interface ServiceTerms extends Capacity {
  readonly subjects: Subjects;
  readonly name: string;
  readonly version: string;
  readonly onError: (error: Error) => void;
}

/** Heartbeat interval of running calls. */
const HEARTBEAT_MS = 500;
/** Interval for checking calls. */
const TICK_MS = 20;
const QUEUE = "tools";
/** How long to wait for the server's confirmation. */
const CONFIRM_MS = 2_000;

/** Serves tools on a connection until it is closed. */
export class ToolService {
  readonly instance: string = randomToken();
  readonly #connection: NatsConnection;
  readonly #terms: ServiceTerms;
  readonly #run: RunTool;
  readonly #queue: CallQueue;
  readonly #calls = new Map<string, OpenCall>();
  readonly #tools = new Map<string, string>();
  readonly #gone = Promise.withResolvers<Error | undefined>();
  readonly #out: AnswersOut;
  #wayMs = 0;
  #heldBytes = 0;
  #service: Service | undefined;
  #direct: Subscription | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #idle: (() => void) | undefined;

  constructor(connection: NatsConnection, terms: ServiceTerms, run: RunTool) {
    this.#connection = connection;
    this.#terms = terms;
    this.#run = run;
    this.#queue = new CallQueue(terms.maxConcurrentCalls, terms.maxQueuedCalls);
    this.#out = new AnswersOut(
      (to, frame, control) => this.#publish(to, frame, control),
      () => this.#queue.waiting > 0,
    );
  }

  /** The number of open calls. */
  get openCalls(): number {
    return this.#calls.size;
  }

  /**
   * Resolves when it has stopped serving, with the reason if that was not
   * requested.
   */
  get gone(): Promise<Error | undefined> {
    return this.#gone.promise;
  }

  /**
   * Registers the endpoints.
   *
   * @throws {PermissionDenied} when the server does not permit it.
   */
  async start(tools: readonly ServedTool[]): Promise<void> {
    const { subjects, name, version } = this.#terms;
    const connection = this.#connection as unknown;
    const manager = new Svcm(
      connection as ConstructorParameters<typeof Svcm>[0],
    );
    const service = await manager.add({
      name,
      version,
      description: "Sandboxed tools of @cortexai/sandbox",
      queue: QUEUE,
      metadata: { protocol: "1", instance: this.instance },
    });
    this.#service = service;
    service.stopped.then((error) => this.#stopped(error ?? undefined));
    for (const [tool, metadata] of endpointMetadata(tools, this.#maxPayload)) {
      const { name: toolName, hash } = tool;
      service.addEndpoint(toolName.replaceAll(".", "_"), {
        subject: subjects.call(toolName, hash),
        metadata,
        handler: (error, message) => {
          if (!error) this.#take(toolName, message);
        },
      });
      if (metadata.schema === undefined) this.#tellSchema(service, tool);
      this.#tools.set(subjects.direct(this.instance, toolName, hash), toolName);
    }
    this.#direct = this.#connection.subscribe(
      subjects.ofInstance(this.instance),
      {
        callback: (error, message) => {
          if (!error) this.#hear(message);
        },
      },
    );
    this.#wayMs = await this.#connection.rtt();
    // The server reports refusals before it answers a ping.
    await this.#connection.flush();
    if (service.isStopped || this.#direct.isClosed()) {
      await this.stop(0);
      throw new PermissionDenied(
        `Cannot serve tools: the server does not let this user subscribe to ${subjects.prefix}.> and $SRV.>`,
      );
    }
  }

  /** Takes no new calls, and lets open ones end within the grace period. */
  async stop(graceMs: number): Promise<void> {
    if (!this.#connection.isClosed()) {
      // A disconnected server can't confirm it.
      await settled(this.#service?.stop(), CONFIRM_MS);
      await this.#untilIdle(graceMs);
    }
    const reason = new DOMException("The service stops", "AbortError");
    for (const call of this.#calls.values()) call.stop(reason);
    // Aborted calls end promptly; any that do not are abandoned.
    await this.#untilIdle(1_000);
    this.#stopTicking();
    this.#out.flush();
    if (this.#connection.isClosed()) return;
    this.#direct?.unsubscribe();
    await settled(this.#connection.flush(), CONFIRM_MS);
  }

  get #maxPayload(): number {
    return this.#connection.info?.max_payload ?? 1024 * 1024;
  }

  /**
   * Handles messages of open calls, and calls sent directly to this service.
   */
  #hear(message: Msg): void {
    const { subject } = message;
    const tool = this.#tools.get(subject);
    if (tool !== undefined) return this.#take(tool, message);
    const [kind, token = ""] = this.#terms.subjects.partsOf(subject);
    const call = kind === "of" ? this.#calls.get(token) : undefined;
    if (!call) return;
    if (message.data.length === 0) {
      if (message.headers?.code === 503) call.forsake();
      return;
    }
    const frame = readFrame(message.data);
    if (frame) this.#guarded(() => call.hear(frame));
  }

  #take(tool: string, message: Msg | ServiceMsg): void {
    const { reply = "", data } = message;
    const frame = readFrame(data);
    if (!this.#terms.subjects.isReply(reply)) return;
    if (frame?.kind !== "Call") {
      const why = "it is not a call of version 1";
      return this.#refuse(reply, REFUSALS.NotUnderstood, why);
    }
    const budgetMs = frame.budgetMs - this.#wayMs;
    const { totalBytes } = frame;
    const refusal = refusalOf({ totalBytes, budgetMs }, this.#terms, {
      queue: this.#queue,
      openCalls: this.#calls.size,
      heldBytes: this.#heldBytes,
    });
    if (refusal) return this.#refuse(reply, ...refusal);
    this.#open(tool, reply, { ...frame, budgetMs });
  }

  #open(tool: string, reply: string, call: CallFrame): void {
    const token = randomToken();
    const control = this.#terms.subjects.control(this.instance, token);
    const open: OpenCall = new OpenCall({ tool, ...call }, {
      queue: this.#queue,
      run: this.#run,
      send: (frame) => this.#out.send(reply, frame, control),
      pieceBytes: pieceBytes(this.#maxPayload),
      onHold: () => this.#relieve(open),
      onEnd: () => this.#close(token),
    });
    this.#calls.set(token, open);
    this.#heldBytes += open.heldBytes;
    this.#ticking ??= setInterval(() => this.#tick(), TICK_MS);
    this.#guarded(() => open.begin(call.piece));
  }

  /** Above the limit, drops the responses whose callers were silent longest. */
  #relieve(newest: OpenCall): void {
    const holding = [...this.#calls.values()]
      .filter((call) => call.answerBytes > 0 && call !== newest)
      .sort((one, other) => one.heard - other.heard);
    let held = holding
      .reduce((sum, call) => sum + call.answerBytes, newest.answerBytes);
    for (const call of holding) {
      if (held <= this.#terms.maxHeldBytes) return;
      held -= call.answerBytes;
      call.dropAnswer();
    }
  }

  #close(token: string): void {
    const call = this.#calls.get(token);
    if (!call) return;
    this.#calls.delete(token);
    this.#heldBytes -= call.heldBytes;
    if (this.#calls.size === 0) this.#idle?.();
  }

  #tick(): void {
    const now = performance.now();
    for (const call of this.#calls.values()) call.tick(now, HEARTBEAT_MS);
    if (this.#calls.size === 0) this.#stopTicking();
  }

  #stopTicking(): void {
    clearInterval(this.#ticking);
    this.#ticking = undefined;
  }

  async #untilIdle(graceMs: number): Promise<void> {
    if (this.#calls.size === 0 || graceMs <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle = resolve;
    const timer = setTimeout(resolve, graceMs);
    await promise;
    clearTimeout(timer);
  }

  #refuse(reply: string, reason: Refusal, why: string): void {
    // Identifies the service, so that the caller can ask another one.
    const control = this.#terms.subjects.control(this.instance, randomToken());
    this.#out.send(reply, refusedFrame(reason, why), control);
  }

  #publish(reply: string, frame: Uint8Array, control: string): void {
    this.#guarded(() =>
      this.#connection.publish(reply, frame, { reply: control })
    );
  }

  /**
   * Catches errors, as one thrown in a callback would end the whole connection.
   */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#terms.onError(
        error instanceof Error ? error : new Error(String(error)),
      );
    }
  }

  #tellSchema(service: Service, { name, hash, schemaJson }: ServedTool): void {
    service.addEndpoint(`${name.replaceAll(".", "_")}_schema`, {
      subject: this.#terms.subjects.schema(name, hash),
      handler: (error, message) => {
        const { reply = "" } = message;
        if (error || !this.#terms.subjects.isReply(reply)) return;
        this.#guarded(() => message.respond(schemaJson));
      },
    });
  }

  #stopped(error: Error | undefined): void {
    if (this.#connection.isClosed()) {
      for (const call of this.#calls.values()) call.forsake();
    }
    this.#gone.resolve(error);
  }
}

/** Waits until a promise has settled, or a timeout. */
async function settled(
  work: Promise<unknown> | undefined,
  ms: number,
): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([work?.catch(() => {}), late.promise]);
  clearTimeout(timer);
}

type CallFrame = Extract<Frame, { kind: "Call" }>;
