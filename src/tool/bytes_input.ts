/** Checks that an export can be called with bytes. */

import { ExecutionFailed } from "../errors.ts";
import { quote } from "../quote.ts";
import type { BytesInput } from "./calls/bytes_call.ts";
import { exportSignature, type SandboxedModule } from "./sandboxed_module.ts";

/**
 * Builds the input of a call with bytes.
 *
 * @throws {ExecutionFailed} when an export is missing or has the wrong type.
 */
export function bytesInput(
  module: SandboxedModule,
  exportName: string,
  bytes: Uint8Array,
  allocator: string,
): BytesInput {
  check(module, exportName, "i32,i32", ["i32", ""]);
  check(module, allocator, "i32", ["i32"]);
  return { exportName, allocator, bytes };
}

function check(
  module: SandboxedModule,
  name: string,
  wantedParams: string,
  wantedResults: readonly string[],
): void {
  const { params, results } = exportSignature(module, name);
  const fits = params.join() === wantedParams &&
    wantedResults.includes(results.join());
  if (fits) return;
  throw new ExecutionFailed(
    `Cannot call ${
      quote(name)
    } with bytes: it is (${params}) -> (${results}), expected (${wantedParams}) -> (${
      wantedResults[0]
    })`,
  );
}
