/** The flags for limits and grants, and the configuration built from them. */

import {
  type AllowedPathOptions,
  type OverlayLimits,
  SandboxConfig,
  type SandboxConfigBuilder,
} from "../../mod.ts";
import { parseDirectory, parseHosts, parseSecret } from "./grant.ts";
import { parseCount, parseDuration, parseSize } from "./quantity.ts";
import { UsageError } from "./usage_error.ts";
import { quote } from "../quote.ts";

/** The values that each flag was given, in order. */
export type FlagValues = ReadonlyMap<string, readonly string[]>;

/** Reads an environment variable, if it is set. */
type Environment = (name: string) => string | undefined;

type Setter = (
  builder: SandboxConfigBuilder,
  value: string,
  environment: Environment,
) => void;

const SETTERS: ReadonlyMap<string, Setter> = new Map<string, Setter>([
  ["max-memory", (builder, value) => builder.maxMemoryBytes(parseSize(value))],
  [
    "max-time",
    (builder, value) => builder.maxExecutionTime(parseDuration(value)),
  ],
  ["max-fuel", (builder, value) => builder.maxFuel(parseCount(value))],
  ["dir", (builder, value) => grantDirectory(builder, value, {})],
  [
    "dir-rw",
    (builder, value) => grantDirectory(builder, value, { write: true }),
  ],
  ["workdir", (builder, value) => builder.workingDirectory(value)],
  ["allow-net", (builder, value) => builder.allowNetwork(parseHosts(value))],
  ["secret", grantSecret],
  ["cache", (builder, value) => builder.cacheDirectory(value)],
]);

/** The flag for a folder with an overlay. */
const OVERLAY = "dir-overlay";
const SPILL = "spill";

/** Only for verbs that handle changes. */
export const OVERLAY_FLAGS: readonly string[] = [OVERLAY, SPILL];

/** The flags for limits and grants, for every verb that starts a guest. */
export const SANDBOX_FLAGS: readonly string[] = [...SETTERS.keys()];

/** The flags that may be given more than once. */
export const REPEATABLE_FLAGS: ReadonlySet<string> = new Set([
  "dir",
  "dir-rw",
  "dir-overlay",
  "env",
  "import",
  "secret",
  "allow-host",
  "allow-origin",
]);

/**
 * Builds the configuration.
 *
 * @param serves Whether calls run concurrently.
 * @throws {UsageError} that names the flag and its value if one is invalid.
 */
export function sandboxConfig(
  flags: FlagValues,
  environment: Environment,
  serves = false,
): SandboxConfig {
  const builder = SandboxConfig.builder();
  // A single call needs only one worker.
  if (!serves) builder.maxWorkers(1);
  const overlay = overlayOf(flags);
  for (const [flag, values] of flags) {
    const setter: Setter | undefined = flag === OVERLAY
      ? (builder, value) => grantDirectory(builder, value, { overlay })
      : SETTERS.get(flag);
    for (const value of values) {
      set(flag, value, () => setter?.(builder, value, environment));
    }
  }
  return builder.build();
}

/** @throws {UsageError} for a spill folder without an overlay. */
function overlayOf(flags: FlagValues): true | Partial<OverlayLimits> {
  const [spillDirectory] = flags.get(SPILL) ?? [];
  if (spillDirectory === undefined) return true;
  if (flags.get(OVERLAY)?.length) return { spillDirectory };
  throw new UsageError(
    `Cannot use --${SPILL}: no folder is granted with --${OVERLAY}`,
  );
}

function set(flag: string, value: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = error.message.replace(/^Cannot set \w+: /, "");
    throw new UsageError(`Cannot use --${flag} ${quote(value)}: ${why}`);
  }
}

function grantDirectory(
  builder: SandboxConfigBuilder,
  value: string,
  options: AllowedPathOptions,
): void {
  const { guest, host } = parseDirectory(value);
  builder.allowedPath(guest, host, options);
}

/**
 * Secrets come from the environment, as a command line is visible to all users.
 */
function grantSecret(
  builder: SandboxConfigBuilder,
  text: string,
  environment: Environment,
): void {
  const { name, variable, hosts } = parseSecret(text);
  const value = environment(variable);
  if (value === undefined) {
    throw new UsageError(`variable ${variable} is not set`);
  }
  builder.secret(name, value, { hosts });
}
