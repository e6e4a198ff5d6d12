/** What is posted to a preparing thread, and what it posts back. */

import { CompilationFailed, MemoryLimitExceeded } from "../../errors.ts";
import type { PrepareOptions } from "../../prepare/prepare.ts";
import type { PackedInfo } from "./loaded_info.ts";

/** Something to be done with a module's bytes, which are moved. */
export type PreparingTask =
  | {
    readonly type: "compile";
    readonly options: PrepareOptions;
    /** Whether somebody wants to know how far it is. */
    readonly tells: boolean;
    /** The hash of the bytes, where it is known. */
    readonly sha256?: string | undefined;
    /** What may be used in place of preparing, and is made otherwise. */
    readonly kept?: KeptEntry | undefined;
  }
  | { readonly type: "inspect" }
  | { readonly type: "hash" };

/** A file of the cache. */
export interface KeptEntry {
  readonly key: string;
  /** What is in it; undefined when there is none. */
  readonly entry: Uint8Array<ArrayBuffer> | undefined;
}

/** How far a module is. */
export interface PreparingProgress {
  readonly phase: "preparing" | "compiling";
  /** Bytes that are done in this phase. */
  readonly doneBytes: number;
  /** Bytes that there are in this phase. */
  readonly totalBytes: number;
}

/** What is posted to a preparing thread. */
export interface PreparingJob {
  readonly task: PreparingTask;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the function types of the process are counted. */
  readonly types: SharedArrayBuffer;
}

/** What a preparing thread comes to; errors lose their class on the way. */
export type PreparingResult =
  | {
    readonly type: "compiled";
    readonly sha256: string;
    readonly module: WebAssembly.Module;
    readonly info: PackedInfo;
    /** The pieces of a file to keep, if what was kept was not used. */
    readonly made: readonly Uint8Array<ArrayBuffer>[] | undefined;
  }
  | {
    readonly type: "hashed";
    readonly sha256: string;
    /** The same bytes again. */
    readonly bytes: Uint8Array<ArrayBuffer>;
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

/** A refusal as it is posted; undefined when the error is none. */
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
 * Throws when the result is a refusal, or another than was asked for.
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
