/** The last step of preparation: V8 compiles the rewritten module. */

import type { ModuleInfo } from "./module_info.ts";
import {
  compileFailure,
  type PreparedModule,
  type PrepareOptions,
  rewriteModule,
  validateOriginal,
} from "./prepare.ts";

/** A module that can be bounded, ready to be instantiated. */
export interface CompiledModule {
  readonly module: WebAssembly.Module;
  readonly info: ModuleInfo;
}

/**
 * Larger modules are validated and compiled one after the other, as V8 makes a
 * copy for each. Either keeps all cores busy.
 */
const ONE_AT_A_TIME_BYTES = 8 * 1024 * 1024;

/**
 * Prepares and compiles a module.
 *
 * @throws {CompilationFailed} when the bytes are not a valid module, or the
 * module can't be bounded.
 * @throws {MemoryLimitExceeded} when it declares more memory than the limit.
 */
export async function compileModule(
  bytes: Uint8Array<ArrayBuffer>,
  options: PrepareOptions,
): Promise<CompiledModule> {
  return await compilePrepared(bytes, rewriteModule(bytes, options));
}

/**
 * The second half: compiles a rewritten module and validates the original.
 *
 * @throws {CompilationFailed} when V8 rejects either of the two.
 */
export async function compilePrepared(
  bytes: Uint8Array<ArrayBuffer>,
  prepared: PreparedModule,
): Promise<CompiledModule> {
  try {
    if (bytes.length > ONE_AT_A_TIME_BYTES) {
      validateOriginal(bytes);
      return {
        module: await WebAssembly.compile(prepared.bytes),
        info: prepared.info,
      };
    }
    // V8 compiles in its own threads while this one validates.
    const compiling = WebAssembly.compile(prepared.bytes);
    compiling.catch(() => {});
    validateOriginal(bytes);
    return { module: await compiling, info: prepared.info };
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    throw compileFailure(error.message);
  }
}
