/** Derives the WASI grants from a configuration. */

import { resolve } from "../../config/host_path.ts";
import type {
  GrantedDirectory,
  MemoryDirectory,
  SystemGrants,
} from "../../contract/system_grants.ts";
import { OVERLAY_DEFAULTS } from "../../config/overlay_limits.ts";
import type { AllowedPath } from "../../config/allowed_path.ts";
import type { SandboxConfig } from "../../config/sandbox_config.ts";
import { PROCESS_FOLDERS } from "./process_folders.ts";
import { realPath } from "./real_folder.ts";
import { isGranted } from "./worker_permissions.ts";

/** Derives the grants that every worker of a configuration starts with. */
export function systemGrants(config: SandboxConfig): SystemGrants {
  return {
    directories: config.allowedPaths.map(grantedDirectory),
    memoryDirectories: [
      ...config.memoryDirectories,
      ...ownWorkingDirectory(config),
    ],
    maxOutputBytes: config.maxOutputBytes,
    maxDescriptors: config.maxDescriptors,
    maxWriteBytes: config.maxWriteBytes,
    maxEntries: config.maxEntries,
    shared: PROCESS_FOLDERS.shared,
    workingDirectory: config.workingDirectory,
    maxScratchBytes: scratchBytes(config),
    deterministic: config.deterministic,
  };
}

/** Maximum size of each directory private to a call. */
const MAX_SCRATCH_BYTES = 16 * 1024 * 1024;

/** The size of private directories, at most the memory limit. */
function scratchBytes({ maxMemoryBytes }: SandboxConfig): number {
  return Math.min(MAX_SCRATCH_BYTES, maxMemoryBytes);
}

/** A working directory that is not otherwise granted. */
function ownWorkingDirectory(
  config: SandboxConfig,
): readonly MemoryDirectory[] {
  const { workingDirectory, allowedPaths, memoryDirectories } = config;
  const isOwn = workingDirectory !== undefined && workingDirectory !== "/" &&
    ![...allowedPaths, ...memoryDirectories]
      .some(({ guest }) => guest === workingDirectory);
  return isOwn
    ? [{ guest: workingDirectory, files: {}, maxBytes: scratchBytes(config) }]
    : [];
}

function grantedDirectory(path: AllowedPath): GrantedDirectory {
  return {
    ...path,
    host: withoutLinks(resolve(path.host)),
    ...path.write && { callOverlay: OVERLAY_DEFAULTS },
  };
}

/**
 * The path to which guests are confined must not contain symbolic links. A path
 * that can't be resolved is kept: granting or using it then fails.
 */
function withoutLinks(path: string): string {
  const real = realPath(path);
  return isGranted("read", real) ? real : path;
}
