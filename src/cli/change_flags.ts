/** The flags for changes in overlays. */

import type { SandboxConfig } from "../../mod.ts";
import type { FlagValues } from "./sandbox_flags.ts";
import { UsageError } from "./usage_error.ts";

/** Flags without a value. */
export const CHANGE_FLAGS = ["commit", "drop", "diff"] as const;

/** The value of a flag without a value. */
export const ON = "on";

/** What to do with the changes; without a decision the user is asked. */
export interface ChangePlan {
  readonly decision: "commit" | "drop" | undefined;
  /** Whether the changes are shown line by line. */
  readonly showsDiff: boolean;
}

/**
 * Reads the flags.
 *
 * @throws {UsageError} when they contradict each other, or no folder has an
 * overlay.
 */
export function changePlan(
  flags: FlagValues,
  { allowedPaths }: SandboxConfig,
): ChangePlan {
  const given = CHANGE_FLAGS.filter((name) => isOn(flags, name));
  const [first] = given;
  if (first && !allowedPaths.some(({ overlay }) => overlay)) {
    throw new UsageError(
      `Cannot use --${first}: no folder is granted with --dir-overlay`,
    );
  }
  if (given.includes("commit") && given.includes("drop")) {
    throw new UsageError("Cannot use --commit and --drop together");
  }
  return {
    decision: given.find((name) => name !== "diff"),
    showsDiff: given.includes("diff"),
  };
}

function isOn(flags: FlagValues, name: string): boolean {
  const values = flags.get(name) ?? [];
  const wrong = values.find((value) => value !== ON);
  if (wrong !== undefined) {
    throw new UsageError(`Cannot use --${name}: it takes no value`);
  }
  return values.length > 0;
}
