/**
 * Measures how much a prepared module runs between two checks: every check is
 * replaced by a call of a probe, and the result is prepared once more to count
 * fuel, so that the probe sees how much there was since the last one.
 */

import { prepareModule } from "../../../src/prepare/prepare.ts";
import { stopWordText } from "../../../src/prepare/rewrite/guard.ts";
import { assemble } from "../../../src/wasm/assembler.ts";
import { MIB, runGuest } from "../../prepare/guest_run.ts";
import { ModuleBuilder } from "../../prepare/module_builder.ts";

/** More than anything here consumes. */
const BUDGET = 2n ** 62n;
const NOP = 0x01;
const CALL = 0x10;

/** A builder whose function 0 is the probe, to be used as is. */
export function probedModule(): ModuleBuilder {
  const module = new ModuleBuilder();
  return module.importFunction("env", "probe", module.type([], ["i32"]));
}

/**
 * The most operators that `f` ran between two checks, or to its end.
 *
 * @param memories How many memories the module has.
 */
export function longestStretch(
  module: ModuleBuilder,
  memories = 1,
): { operators: number; checks: number } {
  const probed = withProbes(module.build(), memories);
  let last = 0n;
  let most = 0n;
  let checks = 0;
  const look = () => {
    const now = counter.value as bigint;
    if (now - last > most) most = now - last;
    last = now;
  };
  const probe = () => {
    checks++;
    look();
    return 0;
  };
  const options = { fuel: true, maxMemoryBytes: 64 * MIB };
  const guest = runGuest(probed, { env: { probe } }, options);
  const counter = guest
    .exports[guest.info.fuelExport!] as unknown as WebAssembly.Global;
  counter.value = -BUDGET;
  last = -BUDGET;
  guest.exports.f!();
  look();
  return { operators: Number(most), checks };
}

/** The module as it is prepared, with calls of function 0 as its checks. */
function withProbes(
  bytes: Uint8Array<ArrayBuffer>,
  memories: number,
): Uint8Array<ArrayBuffer> {
  const prepared = prepareModule(bytes, {
    maxMemoryBytes: 64 * MIB,
    fuel: false,
  }).bytes;
  const load = assemble(stopWordText(memories));
  const call = new Uint8Array(load.length).fill(NOP);
  call.set([CALL, 0]);
  replaceAll(prepared, load, call);
  // The stop page becomes a memory like any other: shared ones are refused.
  const page = new TextEncoder().encode("stop");
  replaceAll(prepared, [...page, 2, 3, 1, 1], [...page, 2, 1, 1, 1]);
  return prepared;
}

function replaceAll(
  bytes: Uint8Array,
  old: ArrayLike<number>,
  by: ArrayLike<number>,
): void {
  const wanted = [...Array.from(old)];
  for (let at = bytes.indexOf(wanted[0]!); at >= 0;) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) bytes.set(by, at);
    at = bytes.indexOf(wanted[0]!, at + 1);
  }
}
