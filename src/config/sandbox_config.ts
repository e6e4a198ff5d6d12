/** What a sandbox grants and where it stops: immutable, made by a builder. */

import type { AllowedPath } from "./allowed_path.ts";
import type { ConfigValues } from "./config_values.ts";
import type { Deterministic } from "./deterministic.ts";
import type { HostFunction, NumericFunction } from "./host_function.ts";
import type { HostFunctionLimits } from "./host_function_limits.ts";
import type { MemoryDirectory } from "./memory_directory.ts";
import type { NetworkLimits } from "./network_limits.ts";
import { SandboxConfigBuilder } from "./sandbox_config_builder.ts";
import type { Secret, SecretGrant } from "./secret.ts";

/** Makes a configuration; only the builder does. */
export let createConfig: (values: Readonly<ConfigValues>) => SandboxConfig;

/** The secrets with their values; not for anything that guests run in. */
export let secretsOf: (config: SandboxConfig) => readonly Secret[];

/**
 * What a sandbox grants and where it stops. Frozen; made by
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
   * The most bytes that all memories and tables of one guest may take
   * together; 64 MiB by default. Memories grow in pages of 64 KiB.
   */
  readonly maxMemoryBytes: number;
  /** The most milliseconds that a call may run; 30 000 by default. */
  readonly maxExecutionTime: number;
  /** The host folders that guests see; none by default. */
  readonly allowedPaths: readonly AllowedPath[];
  /** Whether guests reach the network, or the hosts they reach; `false`. */
  readonly allowNetwork: boolean | readonly string[];
  /** The most fuel that a call may consume; `undefined`, not counted. */
  readonly maxFuel: bigint | undefined;
  /** The most bytes that a tool may answer with; 16 MiB by default. */
  readonly maxResultBytes: number;
  /** The most workers that run guests; the number of cores by default. */
  readonly maxWorkers: number;
  /** The most calls that wait for a worker; 10 000 by default. */
  readonly maxQueuedCalls: number;
  /**
   * The most sessions at a time, each with a worker of its own beside
   * `maxWorkers`; 8 by default.
   */
  readonly maxSessions: number;
  /** Directories that live in memory during each call; none by default. */
  readonly memoryDirectories: readonly MemoryDirectory[];
  /** The most bytes kept of stdout and of stderr each; 1 MiB by default. */
  readonly maxOutputBytes: number;
  /** The most open WASI descriptors, streams included; 128 by default. */
  readonly maxDescriptors: number;
  /**
   * The most bytes that a call may write to host folders; `undefined`, no
   * limit beside the folders themselves.
   */
  readonly maxWriteBytes: number | undefined;
  /**
   * The most files, directories and links that a call may make, in host
   * folders and memory directories together; 65 536 by default.
   */
  readonly maxEntries: number;
  /** How much of the network a call may use. */
  readonly networkLimits: NetworkLimits;
  /** The secrets that guests can use, without their values; none by default. */
  readonly secrets: readonly SecretGrant[];
  /** What the host offers guests by name; nothing by default. */
  readonly functions: readonly HostFunction[];
  /** The same for functions of numbers; none by default. */
  readonly numericFunctions: readonly NumericFunction[];
  /** How much of the host's functions a call may use. */
  readonly hostFunctionLimits: HostFunctionLimits;
  /**
   * Where relative paths of guests with WASI lead; `undefined`, a directory in
   * memory that only the call has.
   */
  readonly workingDirectory: string | undefined;
  /** The clock and the seed that guests have; `undefined`, the real ones. */
  readonly deterministic: Deterministic | undefined;
  /** Where prepared modules are kept for later; `undefined`, nowhere. */
  readonly cacheDirectory: string | undefined;
  /** Private, so that no log, inspection or copy shows a value. */
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
