/** Serves the tools of a registry on NATS. */

import {
  checkKnown,
  checkTime,
  checkWhole,
} from "../../config/option_checks.ts";
import type { ToolRegistry } from "../../../mod.ts";
import type { LockedTools } from "./label_hash.ts";
import { type NatsLink, wholeOf } from "./nats_link.ts";
import { servedTools } from "./served_tool.ts";
import { DEFAULT_PREFIX, DEFAULT_SERVICE, Subjects } from "./subjects.ts";
import { type ServiceTerms, ToolService } from "./tool_service.ts";

/** The tools that are served: a {@linkcode ToolRegistry}, or its like. */
export type NatsTools = Pick<ToolRegistry, "list" | "call">;

/** Options of {@linkcode serveTools}. */
export interface ServeToolsOptions {
  /** What the service calls itself; `cortexai-tools` by default. */
  readonly name?: string | undefined;
  /** Its version, as in `1.2.3`; `0.0.0` by default. */
  readonly version?: string | undefined;
  /** How all subjects begin; `tools` by default. */
  readonly prefix?: string | undefined;
  /**
   * The entries of tools.lock, by the names of the tools. A caller that has the
   * same entry knows that the tool is the one it means.
   */
  readonly lock?: LockedTools | undefined;
  /** The most calls that run at once; the number of cores by default. */
  readonly maxConcurrentCalls?: number | undefined;
  /** The most calls that wait for that; 1 000 by default. */
  readonly maxQueuedCalls?: number | undefined;
  /** The most bytes of the arguments of one call; 16 MiB by default. */
  readonly maxArgumentBytes?: number | undefined;
  /**
   * The most bytes of all arguments that it holds, and of all answers that were
   * not taken yet; 64 MiB each by default. Above it calls are refused, and the
   * answers dropped whose callers were silent longest.
   */
  readonly maxHeldBytes?: number | undefined;
  /**
   * Milliseconds that calls may still run when the service closes; 30 000 by
   * default.
   */
  readonly graceMs?: number | undefined;
  /** Told of what goes wrong beside the calls; nobody is by default. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** Tools that are served. */
export interface ToolsServing extends AsyncDisposable {
  /** What tells this service from others: 32 hexadecimal digits, random. */
  readonly instance: string;
  /** How many calls are open. */
  readonly openCalls: number;
  /** Resolves when it serves no more, also because the connection is closed. */
  readonly finished: Promise<void>;
  /**
   * Drains: takes no more calls, lets those that were taken end within the
   * grace time, and ends the others. The connection stays open.
   */
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const MOST_CALLS = 100_000;
const MOST_BYTES = 1024 * MIB;
const GRACE_MS = 30_000;

/**
 * Serves every tool of a registry as an endpoint of a NATS service, in a queue
 * group: any number of processes may serve the same tools. What the registry
 * gets later is not served.
 *
 * ```ts ignore
 * import { connect } from "npm:@nats-io/transport-node";
 * import { ToolRegistry } from "@cortexai/sandbox";
 * import { serveTools } from "@cortexai/sandbox/nats";
 *
 * await using tools = new ToolRegistry();
 * await tools.load("greet.js");
 * await using connection = await connect({ servers: "127.0.0.1:4222" });
 * await using serving = await serveTools(connection, tools);
 * await serving.finished;
 * ```
 *
 * @param connection A connection of `@nats-io/transport-node`.
 * @param tools The tools.
 * @param options The name of the service, its lock, and how it drains.
 * @returns the service, which is the caller's to close.
 * @throws {PermissionDenied} when the server does not let this user serve.
 * @throws {TypeError} for an option that does not exist, or a tool that does not
 * say of itself what the lock has.
 * @throws {RangeError} for a value outside of its range.
 */
export async function serveTools(
  connection: NatsLink,
  tools: NatsTools,
  options: ServeToolsOptions = {},
): Promise<ToolsServing> {
  const terms = serviceTerms(options);
  const graceMs = options.graceMs === undefined
    ? GRACE_MS
    : checkTime("graceMs", options.graceMs);
  const served = await servedTools(tools.list(), options.lock, terms.version);
  const service = new ToolService(
    wholeOf(connection),
    terms,
    (name, args, options) => tools.call(name, args, options),
  );
  await service.start(served);
  const finished = service.gone.then((error) => {
    if (error) terms.onError(error);
  });
  let closing: Promise<void> | undefined;
  const close = () => closing ??= service.stop(graceMs).then(() => finished);
  return {
    instance: service.instance,
    get openCalls() {
      return service.openCalls;
    },
    finished,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function serviceTerms(options: ServeToolsOptions): ServiceTerms {
  checkKnown("options of a service", options, [
    "name",
    "version",
    "prefix",
    "lock",
    "maxConcurrentCalls",
    "maxQueuedCalls",
    "maxArgumentBytes",
    "maxHeldBytes",
    "graceMs",
    "onError",
  ]);
  const whole = (
    name: keyof ServeToolsOptions,
    otherwise: number,
    least: number,
    most: number,
  ) => checkWhole(name, options[name] ?? otherwise, least, most);
  const { onError } = options;
  return {
    subjects: new Subjects(options.prefix ?? DEFAULT_PREFIX),
    name: options.name ?? DEFAULT_SERVICE,
    version: options.version ?? "0.0.0",
    maxConcurrentCalls: whole(
      "maxConcurrentCalls",
      navigator.hardwareConcurrency,
      1,
      MOST_CALLS,
    ),
    maxQueuedCalls: whole("maxQueuedCalls", 1_000, 0, MOST_CALLS),
    maxArgumentBytes: whole("maxArgumentBytes", 16 * MIB, 1, MOST_BYTES),
    maxHeldBytes: whole("maxHeldBytes", 64 * MIB, 1, MOST_BYTES),
    onError: (error) => onError?.(error),
  };
}
