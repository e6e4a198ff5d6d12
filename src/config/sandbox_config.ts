/** The grants and limits of a sandbox: immutable, created by a builder. */

import type { AllowedPath } from "./allowed_path.ts";
import type { ConfigValues } from "./config_values.ts";
import type { Deterministic } from "./deterministic.ts";
import type { HostFunction, NumericFunction } from "./host_function.ts";
import type { HostFunctionLimits } from "./host_function_limits.ts";
import type { MemoryDirectory } from "./memory_directory.ts";
import type { NetworkLimits } from "./network_limits.ts";
import { SandboxConfigBuilder } from "./sandbox_config_builder.ts";
import type { Secret, SecretGrant } from "./secret.ts";

/** Creates a configuration; used only by the builder. */
export let createConfig: (values: Readonly<ConfigValues>) => SandboxConfig;

/** The secrets with their values; never passed to threads that run guests. */
export let secretsOf: (config: SandboxConfig) => readonly Secret[];

/**
 * The grants and limits of a sandbox. Frozen; created by
 * {@linkcode SandboxConfig.builder}.
 *
 * ```ts
 * import { SandboxConfig } from "@cortexai/sandbox";
 *
 * const config = SandboxConfig.builder()
 *   .maxMemoryBytes(16 * 1024 * 1024)
 *   .maxExecutionTime(2_000)
 *   .build();
 * ```
 */
export class SandboxConfig {
  /**
   * The total size limit of one guest's memories and tables, in bytes; 64 MiB
   * by default. Memories grow in pages of 64 KiB.
   */
  readonly maxMemoryBytes: number;
  /** The time limit of a call in milliseconds; 30 000 by default. */
  readonly maxExecutionTime: number;
  /** The host folders that guests see; none by default. */
  readonly allowedPaths: readonly AllowedPath[];
  /**
   * Whether guests may reach the network, or the hosts that they may reach;
   * `false` by default.
   */
  readonly allowNetwork: boolean | readonly string[];
  /** The fuel limit of a call; `undefined`: fuel is not counted. */
  readonly maxFuel: bigint | undefined;
  /** The size limit of a tool's result, in bytes of JSON; 16 MiB by default. */
  readonly maxResultBytes: number;
  /**
   * The maximum number of workers that run guests; the number of cores by
   * default.
   */
  readonly maxWorkers: number;
  /** The maximum number of queued calls; 10 000 by default. */
  readonly maxQueuedCalls: number;
  /**
   * The maximum number of open sessions, each with its own worker in addition
   * to `maxWorkers`; 8 by default.
   */
  readonly maxSessions: number;
  /** In-memory directories of each call; none by default. */
  readonly memoryDirectories: readonly MemoryDirectory[];
  /** The maximum bytes kept of stdout and of stderr each; 1 MiB by default. */
  readonly maxOutputBytes: number;
  /**
   * The maximum number of open WASI descriptors, including streams; 128 by
   * default.
   */
  readonly maxDescriptors: number;
  /**
   * The maximum bytes that a call may write to host folders; `undefined`: no
   * limit.
   */
  readonly maxWriteBytes: number | undefined;
  /**
   * The maximum number of files, directories and links that a call may create,
   * in host folders and in-memory directories together; 65 536 by default.
   */
  readonly maxEntries: number;
  /** Limits on a call's use of the network. */
  readonly networkLimits: NetworkLimits;
  /** The secrets that guests may use, without their values; none by default. */
  readonly secrets: readonly SecretGrant[];
  /** The JSON host functions that guests may call; none by default. */
  readonly functions: readonly HostFunction[];
  /** The numeric host functions that guests may import; none by default. */
  readonly numericFunctions: readonly NumericFunction[];
  /** Limits on a call's use of host functions. */
  readonly hostFunctionLimits: HostFunctionLimits;
  /**
   * The working directory of WASI guests; `undefined`: an in-memory directory
   * private to the call.
   */
  readonly workingDirectory: string | undefined;
  /**
   * The deterministic clock and seed of guests; `undefined`: the real clock and
   * random numbers.
   */
  readonly deterministic: Deterministic | undefined;
  /** The folder that caches prepared modules; `undefined`: no cache on disk. */
  readonly cacheDirectory: string | undefined;
  /** Private, so that no log, inspection or copy exposes a value. */
  readonly #secrets: readonly Secret[];

  private constructor(values: Readonly<ConfigValues>) {
    this.maxMemoryBytes = values.maxMemoryBytes;
    this.maxExecutionTime = values.maxExecutionTime;
    this.allowedPaths = values.allowedPaths;
    this.allowNetwork = values.allowNetwork;
    this.maxFuel = values.maxFuel;
    this.maxResultBytes = values.maxResultBytes;
    this.maxWorkers = values.maxWorkers;
    this.maxQueuedCalls = values.maxQueuedCalls;
    this.maxSessions = values.maxSessions;
    this.memoryDirectories = values.memoryDirectories;
    this.maxOutputBytes = values.maxOutputBytes;
    this.maxDescriptors = values.maxDescriptors;
    this.maxWriteBytes = values.maxWriteBytes;
    this.maxEntries = values.maxEntries;
    this.networkLimits = values.networkLimits;
    this.secrets = Object.freeze(
      values.secrets.map(({ name, hosts }) => Object.freeze({ name, hosts })),
    );
    this.#secrets = values.secrets;
    this.functions = values.functions;
    this.numericFunctions = values.numericFunctions;
    this.hostFunctionLimits = values.hostFunctionLimits;
    this.workingDirectory = values.workingDirectory;
    this.deterministic = values.deterministic;
    this.cacheDirectory = values.cacheDirectory;
    Object.freeze(this);
  }

  static {
    createConfig = (values) => new SandboxConfig(values);
    secretsOf = (config) => config.#secrets;
  }

  /**
   * Starts from the defaults: 64 MiB, 30 s, no folders, no network.
   *
   * @returns a builder with the defaults.
   */
  static builder(): SandboxConfigBuilder {
    return new SandboxConfigBuilder(createConfig);
  }
}
