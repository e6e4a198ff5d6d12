/** The flags that limit and grant, and the configuration they make. */

import { SandboxConfig, type SandboxConfigBuilder } from "../../mod.ts";
import { parseDirectory, parseHosts } from "./grant.ts";
import { parseCount, parseDuration, parseSize } from "./quantity.ts";
import { quote, UsageError } from "./usage_error.ts";

/** The values that each flag was given, in order. */
export type FlagValues = ReadonlyMap<string, readonly string[]>;

type Setter = (builder: SandboxConfigBuilder, value: string) => void;

const SETTERS: ReadonlyMap<string, Setter> = new Map<string, Setter>([
  ["max-memory", (builder, value) => builder.maxMemoryBytes(parseSize(value))],
  [
    "max-time",
    (builder, value) => builder.maxExecutionTime(parseDuration(value)),
  ],
  ["max-fuel", (builder, value) => builder.maxFuel(parseCount(value))],
  ["dir", (builder, value) => grantDirectory(builder, value, false)],
  ["dir-rw", (builder, value) => grantDirectory(builder, value, true)],
  ["allow-net", (builder, value) => builder.allowNetwork(parseHosts(value))],
]);

/** The flags that limit and grant. */
export const SANDBOX_FLAGS: readonly string[] = [...SETTERS.keys()];

/** The flags that may be given more than once. */
export const REPEATABLE_FLAGS: ReadonlySet<string> = new Set([
  "dir",
  "dir-rw",
  "env",
]);

/**
 * Makes the configuration.
 *
 * @throws {UsageError} with the flag and its value when one is impossible.
 */
export function sandboxConfig(flags: FlagValues): SandboxConfig {
  // The runner makes one call: more workers would only be started for nothing.
  const builder = SandboxConfig.builder().maxWorkers(1);
  for (const [flag, values] of flags) {
    for (const value of values) set(builder, flag, value);
  }
  return builder.build();
}

function set(builder: SandboxConfigBuilder, flag: string, value: string): void {
  try {
    SETTERS.get(flag)?.(builder, value);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = error.message.replace(/^Cannot set \w+: /, "");
    throw new UsageError(`Cannot use --${flag} ${quote(value)}: ${why}`);
  }
}

function grantDirectory(
  builder: SandboxConfigBuilder,
  value: string,
  write: boolean,
): void {
  const { guest, host } = parseDirectory(value);
  builder.allowedPath(guest, host, { write });
}
