/** Which imports a guest can have: what a worker provides, and nothing else. */

import { CompilationFailed, quoteName } from "../errors.ts";
import type { ImportInfo, ModuleInfo } from "../prepare/module_info.ts";
import { HTTP_MODULE, WASI_MODULE } from "./sandboxed_module.ts";

/**
 * The functions of WASI preview 1.
 *
 * @see https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md
 */
const WASI_FUNCTIONS: ReadonlySet<string> = new Set([
  "args_get",
  "args_sizes_get",
  "environ_get",
  "environ_sizes_get",
  "clock_res_get",
  "clock_time_get",
  "fd_advise",
  "fd_allocate",
  "fd_close",
  "fd_datasync",
  "fd_fdstat_get",
  "fd_fdstat_set_flags",
  "fd_fdstat_set_rights",
  "fd_filestat_get",
  "fd_filestat_set_size",
  "fd_filestat_set_times",
  "fd_pread",
  "fd_prestat_get",
  "fd_prestat_dir_name",
  "fd_pwrite",
  "fd_read",
  "fd_readdir",
  "fd_renumber",
  "fd_seek",
  "fd_sync",
  "fd_tell",
  "fd_write",
  "path_create_directory",
  "path_filestat_get",
  "path_filestat_set_times",
  "path_link",
  "path_open",
  "path_readlink",
  "path_remove_directory",
  "path_rename",
  "path_symlink",
  "path_unlink_file",
  "poll_oneoff",
  "proc_exit",
  "proc_raise",
  "sched_yield",
  "random_get",
  "sock_accept",
  "sock_recv",
  "sock_send",
  "sock_shutdown",
]);

/** The functions of `cortex_http`, and how many i32 each of them takes. */
const HTTP_FUNCTIONS: ReadonlyMap<string, number> = new Map([
  ["version", 0],
  ["request", 4],
  ["response_head", 3],
  ["read", 3],
  ["close", 1],
  ["error_text", 2],
]);

/**
 * Checks that every import of a module can be provided.
 *
 * @throws {CompilationFailed} with the first that can't be.
 */
export function checkImports(info: ModuleInfo): void {
  for (const entry of info.imports) {
    const why = refusal(entry);
    if (why !== undefined) {
      throw new CompilationFailed(
        `Cannot load module: it imports ${entry.kind} ${
          quoteName(entry.module)
        } ${quoteName(entry.name)}, ${why}`,
      );
    }
  }
}

/** Why an import can't be provided; undefined when it can. */
export function refusal(entry: ImportInfo): string | undefined {
  // A memory is made for the guest whatever it calls it.
  if (entry.kind === "memory") return undefined;
  if (entry.module === WASI_MODULE) {
    return entry.kind === "function" && WASI_FUNCTIONS.has(entry.name)
      ? undefined
      : "which WASI preview 1 does not have";
  }
  if (entry.module === HTTP_MODULE) return httpRefusal(entry);
  if (entry.module === "wasi_unstable") {
    return "of the snapshot before WASI preview 1; compile it for preview 1";
  }
  return "which this sandbox does not provide";
}

function httpRefusal(
  { kind, name, signature }: ImportInfo,
): string | undefined {
  const count = HTTP_FUNCTIONS.get(name);
  if (kind !== "function" || count === undefined) {
    return "which cortex_http does not have";
  }
  // V8 does not tell the signatures of a module that was refused otherwise.
  if (!signature) return undefined;
  const wanted = new Array(count).fill("i32").join();
  const isRight = signature.params.join() === wanted &&
    signature.results.join() === "i32";
  return isRight
    ? undefined
    : `as (${signature.params}) -> (${signature.results}), not as (${wanted}) -> (i32)`;
}
