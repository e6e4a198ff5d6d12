/** Options of one call, which can only narrow the configuration. */

import { PAGE_BYTES } from "../contract/page_bytes.ts";
import type { AllowedPath } from "./allowed_path.ts";
import type { DeterministicOptions } from "./deterministic.ts";
import type { HostFunctions } from "./host_function.ts";
import { checkGuestPath } from "./guest_path.ts";
import {
  checkMemoryDirectory,
  type MemoryDirectory,
} from "./memory_directory.ts";
import {
  checkFuel,
  checkKnown,
  checkObject,
  checkTime,
  checkWhole,
} from "./option_checks.ts";
import { quote } from "../quote.ts";
import { SharedOverlay } from "./shared_overlay.ts";
import type { SandboxConfig } from "./sandbox_config.ts";

/** Standard input: text, bytes, or a stream that is read on demand. */
export type StdinSource = string | Uint8Array | AsyncIterable<Uint8Array>;

/** Receives a chunk of output; the guest waits until it returns or resolves. */
export type OutputHandler = (bytes: Uint8Array) => void | Promise<void>;

/** Files of a call: text or bytes, by directory and by path below it. */
export type CallFiles = Readonly<
  Record<string, Readonly<Record<string, Uint8Array | string>>>
>;

/**
 * Options of one call, for tools, numeric exports and programs alike. They
 * default to the sandbox's configuration, and can only lower its limits.
 */
export interface CallOptions {
  /** Aborts the call, which rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The time limit of the call in milliseconds; `maxExecutionTime` by default.
   */
  readonly timeout?: number | undefined;
  /**
   * The fuel limit of the call; `maxFuel` by default. The configuration must
   * set `maxFuel` for fuel to be counted at all.
   */
  readonly maxFuel?: bigint | number | undefined;
  /**
   * The total size limit of its memories and tables, in bytes; `maxMemoryBytes`
   * by default.
   */
  readonly maxMemoryBytes?: number | undefined;
  /**
   * The maximum time to wait for a worker, in milliseconds, after which the
   * call fails with `Busy`. No limit by default.
   */
  readonly queueTimeout?: number | undefined;
  /**
   * In-memory files for this call only: by directory, such as `/work`, and by
   * path below it. They are added to those of a configured `memoryDirectory`.
   */
  readonly files?: CallFiles | undefined;
  /**
   * The overlay of the call, through which it sees what earlier calls changed;
   * by default every call has its own. Calls that share an overlay run one at a
   * time. `true` also puts an overlay over each folder granted with `write`,
   * for this call only: its changes there are in `result.changes` and not in
   * the folder.
   */
  readonly overlay?: SharedOverlay | boolean | undefined;
  /** Environment variables that a guest with WASI sees; none by default. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Arguments that a guest with WASI sees after its name; none by default. */
  readonly args?: readonly string[] | undefined;
  /** Standard input; empty by default. */
  readonly stdin?: StdinSource | undefined;
  /**
   * Host functions for this call, in addition to the configured ones; a
   * function with the same name replaces it. They come from the caller, so they
   * need not be configured; `hostFunctionLimits` apply to them.
   */
  readonly functions?: HostFunctions | undefined;
  /** The clock and the seed of this call; the configuration's by default. */
  readonly deterministic?: DeterministicOptions | undefined;
  /** Called with what is written to standard output, as it is written. */
  readonly onStdout?: OutputHandler | undefined;
  /** Called with what is written to standard error, as it is written. */
  readonly onStderr?: OutputHandler | undefined;
}

function checkOverlayOption(
  overlay: unknown,
  { allowedPaths }: SandboxConfig,
): void {
  if (overlay === undefined || SharedOverlay.is(overlay)) return;
  if (typeof overlay !== "boolean") {
    throw new TypeError(
      `Cannot set overlay: expected true or what overlay() of the sandbox made, got ${
        quote(overlay)
      }`,
    );
  }
  if (overlay && !allowedPaths.some(({ write, overlay }) => write || overlay)) {
    throw new TypeError(
      "Cannot set overlay: no folder is granted to write, and a call never has more than the sandbox",
    );
  }
}

/** The limits of a call. */
export interface CallLimits {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly queueMs: number | undefined;
  readonly maxMemoryBytes: number;
  readonly maxFuel: bigint | undefined;
}

/** What a WASI guest sees of a call besides its streams. */
export interface CallSurroundings {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly memoryDirectories: readonly MemoryDirectory[];
}

const NAMES: readonly (keyof CallOptions)[] = [
  "signal",
  "timeout",
  "maxFuel",
  "maxMemoryBytes",
  "queueTimeout",
  "files",
  "overlay",
  "env",
  "args",
  "stdin",
  "onStdout",
  "onStderr",
  "functions",
  "deterministic",
];

/**
 * Checks the limits of a call against the configuration.
 *
 * @param extra Names of additional options of this kind of call.
 * @throws {TypeError} for an unknown or invalid option.
 * @throws {RangeError} for a limit above the configured one.
 */
export function callLimits(
  options: CallOptions,
  config: SandboxConfig,
  extra: readonly string[] = [],
): CallLimits {
  checkObject("options of a call", options);
  checkKnown("options of a call", options, NAMES, extra);
  const { signal, timeout, queueTimeout, maxMemoryBytes, maxFuel } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(
      `Cannot set signal: expected an AbortSignal, got ${quote(signal)}`,
    );
  }
  const { overlay } = options;
  checkOverlayOption(overlay, config);
  return {
    signal,
    timeoutMs: timeout === undefined
      ? config.maxExecutionTime
      : checkTime("timeout", timeout, config.maxExecutionTime),
    queueMs: queueTimeout === undefined
      ? undefined
      : checkTime("queueTimeout", queueTimeout),
    maxMemoryBytes: maxMemoryBytes === undefined
      ? config.maxMemoryBytes
      : checkWhole(
        "maxMemoryBytes",
        maxMemoryBytes,
        PAGE_BYTES,
        config.maxMemoryBytes,
      ),
    maxFuel: maxFuel === undefined
      ? config.maxFuel
      : checkFuel("maxFuel", maxFuel, configuredFuel(config)),
  };
}

/**
 * The configured fuel limit. Fuel is counted only if the module was prepared
 * for it.
 */
function configuredFuel({ maxFuel }: SandboxConfig): bigint {
  if (maxFuel !== undefined) return maxFuel;
  throw new TypeError(
    "Cannot set maxFuel of a call: the sandbox counts no fuel, set maxFuel in its configuration too",
  );
}

/**
 * Checks what a WASI guest sees of a call.
 *
 * @returns undefined if the call sets nothing.
 * @throws {TypeError} when an argument, a variable or a path is invalid.
 */
export function callSurroundings(
  { args, env, files }: CallOptions,
  config: SandboxConfig,
): CallSurroundings | undefined {
  if (args === undefined && env === undefined && files === undefined) {
    return undefined;
  }
  return {
    args: checkArguments(args ?? []),
    env: checkEnvironment(env ?? {}),
    memoryDirectories: Object.entries(checkedFiles(files ?? {})).map(
      ([directory, inside]) => memoryDirectory(directory, inside, config),
    ),
  };
}

function checkedFiles(files: CallFiles): CallFiles {
  checkObject("files", files);
  for (const [directory, inside] of Object.entries(files)) {
    checkObject(`files of ${quote(directory)}`, inside);
  }
  return files;
}

function memoryDirectory(
  directory: string,
  files: CallFiles[string],
  config: SandboxConfig,
): MemoryDirectory {
  const guest = checkGuestPath("files", directory);
  refuseHostFolder(guest, config.allowedPaths);
  const configured = config.memoryDirectories
    .find((one) => one.guest === guest);
  const options = configured ? { maxBytes: configured.maxBytes } : {};
  const all = configured ? { ...configured.files, ...files } : files;
  return checkMemoryDirectory(guest, all, options, "files");
}

function refuseHostFolder(
  guest: string,
  allowedPaths: readonly AllowedPath[],
): void {
  if (!allowedPaths.some((one) => one.guest === guest)) return;
  throw new TypeError(
    `Cannot set files: ${
      quote(guest)
    } is a folder of the host, give the files another directory`,
  );
}

function checkArguments(args: readonly string[]): readonly string[] {
  if (!Array.isArray(args)) {
    throw new TypeError(`Cannot set args: expected a list, got ${quote(args)}`);
  }
  return args.map((arg) => checkText("args", arg));
}

function checkEnvironment(
  env: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  checkObject("env", env);
  return Object.fromEntries(
    Object.entries(env).map(([key, value]) => {
      if (key === "" || key.includes("=")) {
        throw new TypeError(
          `Cannot set env: ${quote(key)} cannot be the name of a variable`,
        );
      }
      return [checkText("env", key), checkText("env", value)];
    }),
  );
}

/**
 * Checks text that a guest receives as a C string, which ends at the first NUL.
 *
 * @throws {TypeError} when it is not a string, or contains NUL.
 */
export function checkText(option: string, text: string): string {
  if (typeof text === "string" && !text.includes("\0")) return text;
  throw new TypeError(
    `Cannot set ${option}: expected text without NUL, got ${quote(text)}`,
  );
}
