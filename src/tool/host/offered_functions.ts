/** The numeric host functions that a configuration offers, with their types. */

import type { SandboxConfig } from "../../config/sandbox_config.ts";
import {
  type OfferedFunctions,
  signatureText,
} from "../../imports/families.ts";

/** Their types by name, in the form that the import check compares. */
export function offeredFunctions(
  { numericFunctions }: SandboxConfig,
): OfferedFunctions {
  return new Map(
    numericFunctions.map((one) => [one.name, signatureText(one)]),
  );
}
