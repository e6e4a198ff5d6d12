/** Prepares a module: reads, checks and rewrites it. */

import { CompilationFailed } from "../errors.ts";
import { oneLine } from "../quote.ts";
import { type Progress, rewriteCode } from "./write/code_section.ts";
import { type CodeFindings, describe } from "./describe.ts";
import { encodeModule } from "./write/encode.ts";
import { readGuest } from "./read_guest.ts";
import { USED_BYTES } from "./rewrite/bulk_calls.ts";
import type { ModuleInfo } from "./module_info.ts";
import { stateExports } from "./state_exports.ts";
import { processTypes } from "./limits/type_budget.ts";

/** Maximum length of V8's reason, which may contain names. */
const MOST_REASON = 500;

/** What a module is prepared for. */
export interface PrepareOptions {
  /** The limit over all memories and tables, in bytes. */
  readonly maxMemoryBytes: number;
  /** Whether to count fuel. */
  readonly fuel: boolean;
}

/** A module that can be stopped, and what is known about it. */
export interface PreparedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly info: ModuleInfo;
  readonly found: CodeFindings;
}

/**
 * Makes a module stoppable: refuses features that can't be bounded, lets V8
 * validate the original, and rewrites it.
 *
 * @throws {CompilationFailed} when the bytes are not a valid module, or the
 * module is refused.
 * @throws {MemoryLimitExceeded} when it declares more memory than the limit.
 */
export function prepareModule(
  bytes: Uint8Array,
  options: PrepareOptions,
): PreparedModule {
  const prepared = rewriteModule(bytes, options);
  validateOriginal(bytes);
  return prepared;
}

/**
 * Everything except V8's validation of the original, for callers that run it in
 * parallel with compilation. Until {@linkcode validateOriginal} has passed, the
 * result must not be instantiated.
 *
 * @param onProgress Called from time to time with the number of bytes done.
 * @throws {CompilationFailed} when the bytes are not a valid module, or the
 * module is refused.
 * @throws {MemoryLimitExceeded} when it declares more memory than the limit.
 */
export function rewriteModule(
  bytes: Uint8Array,
  options: PrepareOptions,
  onProgress?: Progress,
): PreparedModule {
  const { maxMemoryBytes: limitBytes, fuel } = options;
  const { guest, names, initialBytes } = readGuest(bytes, limitBytes);
  const code = rewriteCode(
    guest,
    limitBytes,
    fuel ? guest.globals.length : undefined,
    { onProgress },
  );
  const { injected, operatorFeatures, changes, machineCodeBytes } = code;
  const functions = injected.all;
  // Memories are seen from outside; tables are not.
  const usedFunction = guest.tables.length > 0
    ? injected.find(USED_BYTES)
    : undefined;
  processTypes.spend([...guest.types, ...functions.map((one) => one.type)]);
  const encoded = encodeModule(guest, {
    names,
    functions,
    code,
    limitBytes,
    fuel,
    usedFunction,
    state: stateExports(guest, names, changes),
  });
  const hasUsedExport = usedFunction !== undefined;
  const found = { hasUsedExport, operatorFeatures, changes, machineCodeBytes };
  const info = describe(guest, {
    names,
    limitBytes,
    fuel,
    initialBytes,
    ...found,
  });
  // A copy of it would take as much memory as the module.
  return { bytes: encoded.view(), info, found };
}

/**
 * Lets V8 validate the original module: one that becomes valid only through
 * injected code must not run.
 *
 * @throws {CompilationFailed} with V8's reason.
 */
export function validateOriginal(bytes: Uint8Array): void {
  const source = bytes as Uint8Array<ArrayBuffer>;
  if (WebAssembly.validate(source)) return;
  try {
    new WebAssembly.Module(source);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw compileFailure(reason);
  }
  throw compileFailure("V8 rejects it");
}

/** The error for a module that V8 rejects, with its reason. */
export function compileFailure(reason: string): CompilationFailed {
  return new CompilationFailed(
    `Cannot compile module: ${oneLine(reason, MOST_REASON)}`,
  );
}
