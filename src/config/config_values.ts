/** The plain values of a configuration, and their defaults. */

import type { AllowedPath } from "./allowed_path.ts";
import type { MemoryDirectory } from "./memory_directory.ts";
import {
  DEFAULT_NETWORK_LIMITS,
  type NetworkLimits,
} from "./network_limits.ts";
import type { Deterministic } from "./deterministic.ts";
import type { HostFunction, NumericFunction } from "./host_function.ts";
import {
  DEFAULT_HOST_FUNCTION_LIMITS,
  type HostFunctionLimits,
} from "./host_function_limits.ts";
import type { Secret } from "./secret.ts";

/** The plain values of a configuration. */
export interface ConfigValues {
  maxMemoryBytes: number;
  maxExecutionTime: number;
  allowedPaths: readonly AllowedPath[];
  allowNetwork: boolean | readonly string[];
  maxFuel: bigint | undefined;
  maxResultBytes: number;
  maxWorkers: number;
  maxQueuedCalls: number;
  maxSessions: number;
  memoryDirectories: readonly MemoryDirectory[];
  maxOutputBytes: number;
  maxDescriptors: number;
  maxWriteBytes: number | undefined;
  maxEntries: number;
  networkLimits: NetworkLimits;
  secrets: readonly Secret[];
  functions: readonly HostFunction[];
  numericFunctions: readonly NumericFunction[];
  hostFunctionLimits: HostFunctionLimits;
  workingDirectory: string | undefined;
  deterministic: Deterministic | undefined;
  cacheDirectory: string | undefined;
}

/** The defaults. */
export const DEFAULTS: Readonly<ConfigValues> = {
  maxMemoryBytes: 64 * 1024 * 1024,
  maxExecutionTime: 30_000,
  allowedPaths: [],
  allowNetwork: false,
  maxFuel: undefined,
  maxResultBytes: 16 * 1024 * 1024,
  maxWorkers: Math.max(1, navigator.hardwareConcurrency),
  maxQueuedCalls: 10_000,
  maxSessions: 8,
  memoryDirectories: [],
  maxOutputBytes: 1024 * 1024,
  maxDescriptors: 128,
  maxWriteBytes: undefined,
  maxEntries: 65_536,
  networkLimits: DEFAULT_NETWORK_LIMITS,
  secrets: [],
  functions: [],
  numericFunctions: [],
  hostFunctionLimits: DEFAULT_HOST_FUNCTION_LIMITS,
  workingDirectory: undefined,
  deterministic: undefined,
  cacheDirectory: undefined,
};
