/** A configuration as a plain object, checked by the builder. */

import { checkKnown, checkObject } from "./option_checks.ts";
import type { DeterministicOptions } from "./deterministic.ts";
import type { HostFunctions, NumericFunctionGrant } from "./host_function.ts";
import type { HostFunctionLimits } from "./host_function_limits.ts";
import type { NetworkLimits } from "./network_limits.ts";
import type { OverlayLimits } from "./overlay_limits.ts";
import { quote } from "../quote.ts";
import { SandboxConfig } from "./sandbox_config.ts";
import type { SandboxConfigBuilder } from "./sandbox_config_builder.ts";

/** A host folder in {@linkcode SandboxOptions}. */
export interface AllowedPathGrant {
  /** The folder on the host. */
  readonly host: string | URL;
  /**
   * Whether the guest may write to the folder.
   *
   * @default `false`.
   */
  readonly write?: boolean;
  /**
   * Whether guest writes go to an overlay instead of the folder.
   *
   * @default `false`.
   */
  readonly overlay?: boolean | Partial<OverlayLimits>;
}

/** An in-memory directory in {@linkcode SandboxOptions}. */
export interface MemoryDirectoryGrant {
  /**
   * The initial files, by path below it.
   *
   * @default Nothing.
   */
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  /**
   * The total size limit of its files, in bytes.
   *
   * @default 16 777 216, 16 MiB.
   */
  readonly maxBytes?: number;
}

/** A secret in {@linkcode SandboxOptions}. */
export interface SecretValue {
  /** 4 to 8192 characters of printable ASCII. */
  readonly value: string;
  /**
   * The hosts that may receive it: entries as in `allowNetwork`, at least one.
   */
  readonly hosts: readonly string[];
}

/**
 * The grants and limits of a sandbox as a plain object. Names and checks are
 * those of {@linkcode SandboxConfigBuilder}.
 *
 * ```ts
 * import { type SandboxOptions, ToolSandbox } from "@cortexai/sandbox";
 *
 * const options: SandboxOptions = {
 *   maxExecutionTime: 2_000,
 *   memoryDirectories: { "/work": { files: { "in.csv": "a,b\n1,2\n" } } },
 *   functions: { now: () => Date.now() },
 * };
 * await using sandbox = new ToolSandbox(options);
 * console.log(sandbox.config.maxMemoryBytes); // 67108864
 * ```
 */
export interface SandboxOptions {
  /**
   * The total size limit of a guest's memories and tables, in bytes.
   *
   * @default 67 108 864, 64 MiB.
   */
  readonly maxMemoryBytes?: number | undefined;
  /**
   * The time limit of a call, in milliseconds.
   *
   * @default 30 000.
   */
  readonly maxExecutionTime?: number | undefined;
  /**
   * The fuel limit of a call.
   *
   * @default Not counted.
   */
  readonly maxFuel?: bigint | number | undefined;
  /**
   * The size limit of a tool's result, in bytes of JSON.
   *
   * @default 16 777 216, 16 MiB.
   */
  readonly maxResultBytes?: number | undefined;
  /**
   * The maximum number of workers that run guests.
   *
   * @default The number of cores.
   */
  readonly maxWorkers?: number | undefined;
  /**
   * The maximum number of queued calls.
   *
   * @default 10 000.
   */
  readonly maxQueuedCalls?: number | undefined;
  /**
   * The maximum number of open sessions.
   *
   * @default 8.
   */
  readonly maxSessions?: number | undefined;
  /**
   * The maximum bytes kept of stdout and of stderr each.
   *
   * @default 1 048 576, 1 MiB.
   */
  readonly maxOutputBytes?: number | undefined;
  /**
   * The maximum number of open WASI descriptors, including streams.
   *
   * @default 128.
   */
  readonly maxDescriptors?: number | undefined;
  /**
   * The maximum bytes that a call may write to host folders.
   *
   * @default No limit.
   */
  readonly maxWriteBytes?: number | undefined;
  /**
   * The maximum number of files, directories and links that a call may create.
   *
   * @default 65 536.
   */
  readonly maxEntries?: number | undefined;
  /**
   * Host folders, by absolute guest path.
   *
   * @default No folder.
   */
  readonly allowedPaths?:
    | Readonly<Record<string, string | URL | AllowedPathGrant>>
    | undefined;
  /**
   * In-memory directories, by absolute guest path.
   *
   * @default No directory.
   */
  readonly memoryDirectories?:
    | Readonly<Record<string, MemoryDirectoryGrant>>
    | undefined;
  /**
   * Whether guests may reach the network, or the hosts that they may reach.
   *
   * @default `false`.
   */
  readonly allowNetwork?: boolean | readonly string[] | undefined;
  /** Limits on a call's use of the network. */
  readonly networkLimits?: Partial<NetworkLimits> | undefined;
  /**
   * Credentials that guests use without seeing them, by name.
   *
   * @default None.
   */
  readonly secrets?: Readonly<Record<string, SecretValue>> | undefined;
  /**
   * JSON host functions, by name.
   *
   * @default None.
   */
  readonly functions?: HostFunctions | undefined;
  /**
   * Numeric host functions, by the name that guests import.
   *
   * @default None.
   */
  readonly numericFunctions?:
    | Readonly<Record<string, NumericFunctionGrant>>
    | undefined;
  /** Limits on a call's use of host functions. */
  readonly hostFunctionLimits?: Partial<HostFunctionLimits> | undefined;
  /**
   * The working directory of WASI guests.
   *
   * @default An in-memory directory private to the call.
   */
  readonly workingDirectory?: string | undefined;
  /**
   * A deterministic clock and random numbers.
   *
   * @default The real clock, and random numbers.
   */
  readonly deterministic?: DeterministicOptions | undefined;
  /**
   * A folder that caches prepared modules.
   *
   * @default No cache on disk.
   */
  readonly cacheDirectory?: string | URL | undefined;
}

type Apply<Value> = (builder: SandboxConfigBuilder, value: Value) => unknown;

/** Sets each option through the builder, which checks it. */
const APPLY: {
  readonly [Name in keyof SandboxOptions]-?: Apply<
    NonNullable<SandboxOptions[Name]>
  >;
} = {
  maxMemoryBytes: (builder, value) => builder.maxMemoryBytes(value),
  maxExecutionTime: (builder, value) => builder.maxExecutionTime(value),
  maxFuel: (builder, value) => builder.maxFuel(value),
  maxResultBytes: (builder, value) => builder.maxResultBytes(value),
  maxWorkers: (builder, value) => builder.maxWorkers(value),
  maxQueuedCalls: (builder, value) => builder.maxQueuedCalls(value),
  maxSessions: (builder, value) => builder.maxSessions(value),
  maxOutputBytes: (builder, value) => builder.maxOutputBytes(value),
  maxDescriptors: (builder, value) => builder.maxDescriptors(value),
  maxWriteBytes: (builder, value) => builder.maxWriteBytes(value),
  maxEntries: (builder, value) => builder.maxEntries(value),
  allowedPaths: grantPaths,
  memoryDirectories: grantMemory,
  allowNetwork: (builder, value) => builder.allowNetwork(value),
  networkLimits: (builder, value) => builder.networkLimits(value),
  secrets: setSecrets,
  functions: offerFunctions,
  numericFunctions: offerNumeric,
  hostFunctionLimits: (builder, value) => builder.hostFunctionLimits(value),
  workingDirectory: (builder, value) => builder.workingDirectory(value),
  deterministic: (builder, value) => builder.deterministic(value),
  cacheDirectory: (builder, value) => builder.cacheDirectory(value),
};

/**
 * The given configuration, in either form; the defaults if there is none.
 *
 * @throws {TypeError} for an unknown or invalid option.
 * @throws {RangeError} for a value out of range.
 */
export function toConfig(
  given: SandboxConfig | SandboxOptions | undefined,
): SandboxConfig {
  if (given instanceof SandboxConfig) return given;
  const builder = SandboxConfig.builder();
  if (given === undefined) return builder.build();
  checkObject("configuration", given);
  if (typeof (given as { build?: unknown }).build === "function") {
    throw new TypeError(
      "Cannot set configuration: this is a builder, call its build()",
    );
  }
  checkKnown("configuration", given, Object.keys(APPLY));
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    (APPLY[name as keyof SandboxOptions] as Apply<unknown>)(builder, value);
  }
  return builder.build();
}

function grantPaths(
  builder: SandboxConfigBuilder,
  paths: NonNullable<SandboxOptions["allowedPaths"]>,
): void {
  checkObject("allowedPaths", paths);
  for (const [guest, grant] of Object.entries(paths)) {
    if (typeof grant === "string" || grant instanceof URL) {
      builder.allowedPath(guest, grant);
    } else {
      checkObject(`allowedPaths ${quote(guest)}`, grant);
      const { host, ...options } = grant;
      builder.allowedPath(guest, host, options);
    }
  }
}

function grantMemory(
  builder: SandboxConfigBuilder,
  directories: NonNullable<SandboxOptions["memoryDirectories"]>,
): void {
  checkObject("memoryDirectories", directories);
  for (const [guest, grant] of Object.entries(directories)) {
    checkObject(`memoryDirectories ${quote(guest)}`, grant);
    const { files, ...options } = grant;
    builder.memoryDirectory(guest, files, options);
  }
}

function setSecrets(
  builder: SandboxConfigBuilder,
  secrets: NonNullable<SandboxOptions["secrets"]>,
): void {
  checkObject("secrets", secrets);
  for (const [name, secret] of Object.entries(secrets)) {
    // Not quoted: the invalid entry may itself be the secret value.
    if (typeof secret !== "object" || secret === null) {
      throw new TypeError(
        `Cannot set secrets: ${quote(name)} needs { value, hosts }`,
      );
    }
    const { value, ...options } = secret;
    builder.secret(name, value, options);
  }
}

function offerFunctions(
  builder: SandboxConfigBuilder,
  functions: HostFunctions,
): void {
  checkObject("functions", functions);
  for (const [name, given] of Object.entries(functions)) {
    if (typeof given === "function") {
      builder.hostFunction(name, given);
    } else {
      checkObject(`functions ${quote(name)}`, given);
      const { handler, ...options } = given;
      builder.hostFunction(name, handler, options);
    }
  }
}

function offerNumeric(
  builder: SandboxConfigBuilder,
  functions: NonNullable<SandboxOptions["numericFunctions"]>,
): void {
  checkObject("numericFunctions", functions);
  for (const [name, grant] of Object.entries(functions)) {
    builder.numericFunction(name, grant);
  }
}
