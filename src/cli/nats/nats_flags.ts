/** The flags of a NATS connection, without loading any NATS code. */

import type { FlagValues } from "../sandbox_flags.ts";
import { UsageError } from "../usage_error.ts";

/** The flags of every verb with `--nats`. */
export const NATS_FLAGS: readonly string[] = [
  "nats",
  "nats-creds",
  "nats-nkey",
  "nats-user",
  "nats-password-env",
  "nats-ca",
  "nats-cert",
  "nats-key",
  "nats-prefix",
  "nats-inbox",
];

/**
 * Whether NATS is requested.
 *
 * @throws {UsageError} when it is not, but a flag requires it.
 */
export function wantsNats(flags: FlagValues): boolean {
  if (flags.get("nats")?.length) return true;
  const lone = NATS_FLAGS.find((name) => flags.get(name)?.length);
  if (lone === undefined) return false;
  throw new UsageError(`Cannot use --${lone} without --nats`);
}

/** @throws {UsageError} when one of them is given beside `--nats`. */
export function refuseBesideNats(
  flags: FlagValues,
  names: readonly string[],
  why: string,
): void {
  const given = names.find((name) => flags.get(name)?.length);
  if (given === undefined) return;
  throw new UsageError(`Cannot use --${given} with --nats: ${why}`);
}

/** The subject prefixes, if not the default. */
export function natsNames(
  flags: FlagValues,
): { readonly prefix?: string; readonly inboxPrefix?: string } {
  const [prefix] = flags.get("nats-prefix") ?? [];
  const [inboxPrefix] = flags.get("nats-inbox") ?? [];
  return {
    ...prefix === undefined ? {} : { prefix },
    ...inboxPrefix === undefined ? {} : { inboxPrefix },
  };
}
