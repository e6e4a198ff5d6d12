/**
 * The import module `cortex_host_numeric`: host functions that take and return
 * i32, i64, f32 and f64. A failure ends the call, as no number could report it.
 */

import { HostOp } from "../../channel/host_layout.ts";
import { decodeNumbers, encodeNumbers } from "../../channel/numbers.ts";
import type { NumericImport } from "../../contract/instance_plan.ts";
import { ExecutionFailed } from "../../errors.ts";
import type { HostDoor } from "../host_door.ts";
import { HostFailure } from "../host_failure.ts";
import type { FamilyCall, OpenFamily } from "../open_family.ts";

const ENCODER = new TextEncoder();

/** Opens the functions that the module imports. */
export function open(
  { host, stopPage, numericImports }: FamilyCall,
): OpenFamily {
  const imports: WebAssembly.ModuleImports = Object.create(null);
  for (const entry of numericImports) {
    const act = functionOf(host, entry);
    imports[entry.name] = (...args: (number | bigint)[]) => {
      stopPage.check();
      return act(args);
    };
  }
  return { imports, attach: () => {} };
}

function functionOf(
  host: HostDoor,
  { name, params, results }: NumericImport,
): (args: readonly (number | bigint)[]) => unknown {
  const nameBytes = ENCODER.encode(name);
  return (args) => {
    const answer = asked(host, nameBytes, encodeNumbers(params, args));
    const numbers = decodeNumbers(results, answer);
    return results.length === 1 ? numbers[0] : numbers;
  };
}

function asked(
  host: HostDoor,
  name: Uint8Array,
  numbers: Uint8Array,
): Uint8Array {
  try {
    return host.ask(HostOp.Numbers, name, numbers);
  } catch (error) {
    if (!(error instanceof HostFailure)) throw error;
    throw new ExecutionFailed(error.message);
  }
}
