/** The messages to and from a preparing thread. */

import { CompilationFailed, MemoryLimitExceeded } from "../../errors.ts";
import type { PrepareOptions } from "../../prepare/prepare.ts";
import type { PackedInfo } from "./loaded_info.ts";

/** A task on a module's bytes, which are transferred. */
export type PreparingTask =
  | {
    readonly type: "compile";
    readonly options: PrepareOptions;
    /** Whether to report progress. */
    readonly tells: boolean;
    /** The hash of the bytes, if known. */
    readonly sha256?: string | undefined;
    /** The cache entry to use instead of preparing, or to create. */
    readonly kept?: KeptEntry | undefined;
  }
  | { readonly type: "inspect" };

/** A file of the cache. */
export interface KeptEntry {
  readonly key: string;
  /** Its content; undefined if it does not exist. */
  readonly entry: Uint8Array<ArrayBuffer> | undefined;
}

/** Progress of a task. */
export interface PreparingProgress {
  readonly phase: "preparing" | "compiling";
  /** Bytes done in this phase. */
  readonly doneBytes: number;
  /** Total bytes of this phase. */
  readonly totalBytes: number;
}

/** What is posted to a preparing thread. */
export interface PreparingJob {
  readonly task: PreparingTask;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The counter of the process's function types. */
  readonly types: SharedArrayBuffer;
}

/** The result from a preparing thread; errors lose their class when posted. */
export type PreparingResult =
  | {
    readonly type: "compiled";
    readonly sha256: string;
    readonly module: WebAssembly.Module;
    readonly info: PackedInfo;
    /** The pieces of a new cache file, if none was used. */
    readonly made: readonly Uint8Array<ArrayBuffer>[] | undefined;
  }
  | {
    readonly type: "inspected";
    readonly sha256: string;
    /** JSON, as it may be long. */
    readonly json: Uint8Array<ArrayBuffer>;
  }
  | {
    readonly type: "refused";
    readonly reason: string;
    readonly offset: number | undefined;
  }
  | {
    readonly type: "too large";
    readonly limitBytes: number;
    readonly message: string;
  };

/** The posted form of a refusal; undefined for any other error. */
export function refusalOf(error: unknown): PreparingResult | undefined {
  if (error instanceof CompilationFailed) {
    const { reason, offset } = error;
    return { type: "refused", reason, offset };
  }
  if (error instanceof MemoryLimitExceeded) {
    const { limitBytes, message } = error;
    return { type: "too large", limitBytes, message };
  }
  return undefined;
}

/**
 * Throws if the result is a refusal or of another type.
 *
 * @throws {CompilationFailed}
 * @throws {MemoryLimitExceeded}
 */
export function expectResult<Type extends PreparingResult["type"]>(
  result: PreparingResult,
  type: Type,
): Extract<PreparingResult, { readonly type: Type }> {
  switch (result.type) {
    case "refused":
      throw new CompilationFailed(result.reason, result.offset);
    case "too large":
      throw new MemoryLimitExceeded(result.limitBytes, result.message);
  }
  if (result.type !== type) throw new TypeError(`Expected ${type}`);
  return result as Extract<PreparingResult, { readonly type: Type }>;
}
