/** Turns a call and its options into what is sent to a worker. */

import { bundledOverlays, encodeFileBundle } from "../channel/file_bundle.ts";
import type { CallPlan } from "../contract/call_plan.ts";
import { checkCallDirectory } from "../config/call_directory.ts";
import {
  type CallLimits,
  callLimits,
  type CallOptions,
  type CallSurroundings,
  callSurroundings,
  checkText,
} from "../config/call_options.ts";
import {
  checkHostFunctions,
  type HostFunction,
} from "../config/host_function.ts";
import { checkDeterministic } from "../config/deterministic.ts";
import type { SandboxConfig } from "../config/sandbox_config.ts";
import { CallScope } from "../host/pool/call_scope.ts";
import type { QuestionHandlers } from "../host/guest/question_desk.ts";
import type { CallKind, CallTarget } from "./calls/call_kind.ts";
import { HostCalls } from "./host/host_calls.ts";
import type { OverlayStates } from "./changes/overlay.ts";
import { GuestStreams } from "./guest_streams.ts";

const NOTHING: Uint8Array = new Uint8Array();

/** A call as it is sent, and what must be released after it. */
export interface PreparedCall {
  readonly limits: CallLimits;
  /**
   * The call's plan as JSON; empty if nothing differs from the configuration.
   */
  readonly meta: string;
  readonly payload: Uint8Array;
  /** Bytes supplied by the caller, excluding overlays. */
  readonly ownBytes: number;
  /** Answers the guest's questions during the call. */
  readonly handlers: QuestionHandlers;
  /** The guest's calls of host functions. */
  readonly hostCalls: HostCalls;
  /** Which call this one is made from. */
  readonly scope: CallScope;
  /** Releases the input stream and aborts host functions that still run. */
  end(): void;
}

/** Options of a call, with those that only a program has. */
export interface NamedCallOptions extends CallOptions {
  readonly name?: string | undefined;
  /** The directory to which its relative paths resolve. */
  readonly workingDirectory?: string | undefined;
}

/**
 * Checks a call's options and encodes it.
 *
 * @param extra Names of additional options of this kind of call.
 * @param overlays What earlier calls changed in its overlay.
 * @throws {TypeError} for an unknown or invalid option.
 * @throws {RangeError} for a limit above the configured one.
 */
export function prepareCall<Input>(
  kind: CallKind<Input, unknown>,
  input: Input,
  options: NamedCallOptions,
  config: SandboxConfig,
  extra: readonly string[] = [],
  overlays: OverlayStates = {},
): PreparedCall {
  const limits = callLimits(options, config, extra);
  const surroundings = callSurroundings(options, config);
  const encoded = kind.encode(input);
  const streams = streamsOf(kind, encoded, options);
  const own = kind.takesStdin ? streams?.payload ?? encoded : encoded;
  const scope = new CallScope();
  const hostCalls = new HostCalls({
    functions: functionsOf(options, config),
    numericFunctions: config.numericFunctions,
    limits: config.hostFunctionLimits,
    scope,
  });
  const bundle = bundleOf(surroundings, overlays);
  const overlayBytes = Object.values(overlays)
    .reduce((sum, { length }) => sum + length, 0);
  const plan = planOf({
    target: kind.target?.(input),
    options,
    limits,
    config,
    surroundings,
    streams,
    bundleBytes: bundle.length,
    hasOverlays: overlayBytes > 0,
  });
  return {
    limits,
    meta: plan === undefined ? "" : JSON.stringify(plan),
    payload: bundle.length === 0 ? own : joined(own, bundle),
    ownBytes: own.length + bundle.length - overlayBytes,
    handlers: { ...streams?.handlers, host: hostCalls.handler },
    hostCalls,
    scope,
    end() {
      streams?.end();
      hostCalls.end(limits.signal?.reason);
    },
  };
}

const configured = new WeakMap<SandboxConfig, HostFunctionsByName>();

type HostFunctionsByName = ReadonlyMap<string, HostFunction>;

/** The configured functions and those of the call. */
function functionsOf(
  { functions }: CallOptions,
  config: SandboxConfig,
): HostFunctionsByName {
  let known = configured.get(config);
  if (!known) {
    known = new Map(config.functions.map((one) => [one.name, one]));
    configured.set(config, known);
  }
  if (functions === undefined) return known;
  const own = checkHostFunctions("functions", functions);
  return new Map([...known, ...own.map((one) => [one.name, one] as const)]);
}

/** The streams of a call, if it has any that the guest asks for. */
function streamsOf(
  kind: CallKind<never, unknown>,
  encoded: Uint8Array,
  options: CallOptions,
): GuestStreams | undefined {
  const { onStdout, onStderr } = options;
  const stdin = kind.takesStdin ? options.stdin ?? encoded : options.stdin;
  if (stdin === undefined && !onStdout && !onStderr) return undefined;
  return new GuestStreams({
    stdin: stdin ?? NOTHING,
    onStdout,
    onStderr,
    alwaysAsked: !kind.takesStdin && stdin !== undefined,
  });
}

interface PlanParts {
  readonly target: CallTarget | undefined;
  readonly options: NamedCallOptions;
  readonly limits: CallLimits;
  readonly config: SandboxConfig;
  readonly surroundings: CallSurroundings | undefined;
  readonly streams: GuestStreams | undefined;
  readonly bundleBytes: number;
  readonly hasOverlays: boolean;
}

/** What differs from the configuration; undefined if nothing does. */
function planOf(parts: PlanParts): CallPlan | undefined {
  const { target, options, limits, config, surroundings, streams } = parts;
  const plan: { -readonly [Key in keyof CallPlan]: CallPlan[Key] } = {
    ...target,
  };
  if (options.name !== undefined) {
    plan.programName = checkText("name", options.name);
  }
  if (options.workingDirectory !== undefined) {
    plan.workingDirectory = checkCallDirectory(
      options.workingDirectory,
      config,
      surroundings?.memoryDirectories.map(({ guest }) => guest) ?? [],
    );
  }
  if (limits.maxFuel !== config.maxFuel) {
    plan.maxFuel = String(limits.maxFuel);
  }
  if (limits.maxMemoryBytes !== config.maxMemoryBytes) {
    plan.maxMemoryBytes = limits.maxMemoryBytes;
  }
  if (options.deterministic !== undefined) {
    plan.deterministic = checkDeterministic(options.deterministic);
  }
  if (streams?.isAsked) plan.asksStdin = true;
  if (streams?.isTold) plan.tellsOutput = true;
  if (surroundings) {
    plan.args = surroundings.args;
    plan.env = surroundings.env;
    plan.memoryDirectories = surroundings.memoryDirectories
      .map(({ guest, maxBytes }) => [guest, maxBytes]);
  }
  if (parts.bundleBytes > 0) plan.bundleBytes = parts.bundleBytes;
  if (options.overlay === true) plan.usesOverlays = true;
  if (parts.hasOverlays) plan.hasOverlays = true;
  return Object.keys(plan).length === 0 ? undefined : plan;
}

function bundleOf(
  surroundings: CallSurroundings | undefined,
  overlays: OverlayStates,
): Uint8Array {
  if (!surroundings && Object.keys(overlays).length === 0) return NOTHING;
  const directories = (surroundings?.memoryDirectories ?? [])
    .map(({ guest, files }) => [guest, files] as const);
  const bundled = bundledOverlays(overlays);
  if (directories.length + Object.keys(bundled).length === 0) return NOTHING;
  return encodeFileBundle({ ...Object.fromEntries(directories), ...bundled });
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
