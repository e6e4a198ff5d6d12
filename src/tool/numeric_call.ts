/** What the numeric call can pass and return, checked before it runs. */

import { ExecutionFailed } from "../errors.ts";
import { quote } from "../quote.ts";
import type { Signature } from "../prepare/module_info.ts";

const I32_BYTES = 4;

/**
 * Checks that a function takes what `input` holds and returns numbers.
 *
 * @throws {ExecutionFailed} when it does not.
 */
export function checkNumericCall(
  name: string,
  signature: Signature,
  input: Uint8Array,
): void {
  const shown = quote(name);
  const { params, results } = signature;
  const foreign = params.find((kind) => kind !== "i32");
  if (foreign !== undefined) {
    throw new ExecutionFailed(
      `Cannot call ${shown} with numbers: it takes a parameter of type ${
        typeName(foreign)
      }, only i32 can be passed`,
    );
  }
  if (results.includes("other")) {
    throw new ExecutionFailed(
      `Cannot call ${shown} with numbers: it returns something that is not i32, i64, f32 or f64`,
    );
  }
  if (input.length !== params.length * I32_BYTES) {
    throw new ExecutionFailed(
      `Cannot call ${shown}: it takes ${params.length} arguments of ${I32_BYTES} bytes, got ${input.length} bytes`,
    );
  }
}

function typeName(kind: string): string {
  return kind === "other" ? "a reference or vector" : kind;
}
