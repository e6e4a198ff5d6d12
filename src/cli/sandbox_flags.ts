/** The flags that limit and grant, and the configuration they make. */

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

/** A variable of the environment, if it is set. */
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

/** A folder with an overlay, and where overlays put what is too much. */
const OVERLAY = "dir-overlay";
const SPILL = "spill";

/** Only for verbs that say what becomes of the changes. */
export const OVERLAY_FLAGS: readonly string[] = [OVERLAY, SPILL];

/** The flags that limit and grant, for every verb that starts a guest. */
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
 * Makes the configuration.
 *
 * @param serves Whether calls run beside others.
 * @throws {UsageError} with the flag and its value when one is impossible.
 */
export function sandboxConfig(
  flags: FlagValues,
  environment: Environment,
  serves = false,
): SandboxConfig {
  const builder = SandboxConfig.builder();
  // For one call, more workers would only be started for nothing.
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

/** @throws {UsageError} for a folder for what there is none of. */
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

/** Secrets come from the environment: a command line is there for all to read. */
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
