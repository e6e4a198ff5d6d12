/** What guests that import WASI are given, as a configuration says it. */

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

/** The most bytes of each directory that a call has for itself. */
const MAX_SCRATCH_BYTES = 16 * 1024 * 1024;

/** What a guest has for itself is not more than its memory may be. */
function scratchBytes({ maxMemoryBytes }: SandboxConfig): number {
  return Math.min(MAX_SCRATCH_BYTES, maxMemoryBytes);
}

/** A working directory that nothing else is granted as. */
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
 * The path that guests are held to must not have links itself. One that can't
 * be granted is kept: granting it fails, or using it does.
 */
function withoutLinks(path: string): string {
  const real = realPath(path);
  return isGranted("read", real) ? real : path;
}
