/**
 * The members of sandbox.json, as in `sandbox.schema.json`; limits and grants
 * are those of `SandboxOptions`.
 */

/** Members of the file. */
export const FILE_MEMBERS = [
  "$schema",
  "name",
  "version",
  "description",
  "instructions",
  "code",
  "limits",
  "grants",
  "tools",
] as const;

/** Members of `code`, where it is an object. */
export const CODE_MEMBERS = ["limits", "grants"] as const;

/** Members of `grants` in it: programs have the network, but no files. */
export const CODE_GRANT_MEMBERS = ["allowNetwork", "secrets"] as const;

/** Members of a tool. */
export const TOOL_MEMBERS = [
  "source",
  "name",
  "integrity",
  "schema",
  "limits",
  "grants",
  "reasons",
] as const;

/** Members of `limits`. */
export const LIMIT_MEMBERS = [
  "maxMemoryBytes",
  "maxExecutionTime",
  "maxFuel",
  "maxResultBytes",
  "maxWorkers",
  "maxQueuedCalls",
  "maxOutputBytes",
  "maxDescriptors",
  "maxWriteBytes",
  "maxEntries",
  "networkLimits",
] as const;

/** Members of `grants`. */
export const GRANT_MEMBERS = [
  "allowedPaths",
  "memoryDirectories",
  "allowNetwork",
  "secrets",
  "changes",
] as const;
