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

/** The tools to serve: a {@linkcode ToolRegistry} or the like. */
export type NatsTools = Pick<ToolRegistry, "list" | "call">;

/** Options of {@linkcode serveTools}. */
export interface ServeToolsOptions {
  /** The name of the service; `cortexai-tools` by default. */
  readonly name?: string | undefined;
  /** Its version, as in `1.2.3`; `0.0.0` by default. */
  readonly version?: string | undefined;
  /** The prefix of all subjects; `tools` by default. */
  readonly prefix?: string | undefined;
  /**
   * The entries of tools.lock, by tool name. A caller with the same entry can
   * be sure to call exactly that tool.
   */
  readonly lock?: LockedTools | undefined;
  /** The maximum number of concurrent calls; the number of cores by default. */
  readonly maxConcurrentCalls?: number | undefined;
  /** The maximum number of queued calls; 1 000 by default. */
  readonly maxQueuedCalls?: number | undefined;
  /** The maximum size of one call's arguments, in bytes; 16 MiB by default. */
  readonly maxArgumentBytes?: number | undefined;
  /**
   * The maximum total bytes of held arguments, and of undelivered results; 64
   * MiB each by default. Above it calls are refused, and the results whose
   * callers were silent longest are dropped.
   */
  readonly maxHeldBytes?: number | undefined;
  /**
   * Grace period for running calls when the service closes, in milliseconds; 30
   * 000 by default.
   */
  readonly graceMs?: number | undefined;
  /** Called with errors outside of calls; ignored by default. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** A running service. */
export interface ToolsServing extends AsyncDisposable {
  /** The random id of this service: 32 hexadecimal digits. */
  readonly instance: string;
  /** The number of open calls. */
  readonly openCalls: number;
  /**
   * Resolves when it has stopped serving, also because the connection was
   * closed.
   */
  readonly finished: Promise<void>;
  /**
   * Drains the service: takes no new calls, lets open ones end within the grace
   * period, and aborts the rest. The connection stays open.
   */
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const MOST_CALLS = 100_000;
const MOST_BYTES = 1024 * MIB;
const GRACE_MS = 30_000;

/**
 * Serves every tool of a registry as an endpoint of a NATS service, in a queue
 * group: any number of processes may serve the same tools. Tools added to the
 * registry later are not served.
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
 * @param options The service's name, lock and limits.
 * @returns the service, which the caller must close.
 * @throws {PermissionDenied} when this user may not serve.
 * @throws {TypeError} for an unknown option, or a tool whose schema differs
 * from the lock.
 * @throws {RangeError} for a value out of range.
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
