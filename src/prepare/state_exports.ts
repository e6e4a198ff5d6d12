/** Which exports let the state of an instance be taken, and why none do. */

import { ExternCode } from "../wasm/entity.ts";
import { isReference, ValueCode } from "../wasm/value_type.ts";
import { MODULE_LIMITS } from "./limits/module_limits.ts";
import { NUMBER_KINDS } from "./number_kinds.ts";
import type { StatePlan } from "../contract/instance_plan.ts";
import type { InstanceChanges } from "./read/operator_walk.ts";
import type { ParsedModule } from "./read/parsed_module.ts";
import {
  globalExport,
  type InjectedNames,
  tableExport,
} from "./read/unique_names.ts";

/** An export that preparation adds. */
export interface StateExport {
  readonly name: string;
  readonly code: number;
  readonly index: number;
}

/**
 * Every mutable global, and every table where any can be written to. Instances
 * of modules whose state can't be taken export nothing more.
 */
export function stateExports(
  guest: ParsedModule,
  names: InjectedNames,
  changes: InstanceChanges,
): readonly StateExport[] {
  return stateRefusal(guest, changes) === undefined
    ? [...globals(guest, names), ...tables(guest, names, changes)]
    : [];
}

/** The same as a worker is told of it. */
export function describeState(
  guest: ParsedModule,
  names: InjectedNames,
  changes: InstanceChanges,
): StatePlan {
  const refusal = stateRefusal(guest, changes);
  if (refusal !== undefined) return { refusal, globals: [], tables: [] };
  return {
    refusal,
    globals: globals(guest, names).map(({ name, index }) => ({
      name,
      kind: NUMBER_KINDS[guest.globals[index]!.value]!,
    })),
    tables: tables(guest, names, changes).map(({ name, index }) => {
      const { minimum, maximum } = guest.tables[index]!.limits;
      return { name, minimum, maximum };
    }),
  };
}

function globals(guest: ParsedModule, names: InjectedNames): StateExport[] {
  const { global: code } = ExternCode;
  return guest.globals.flatMap(({ mutable }, index) =>
    mutable ? [{ name: globalExport(names, index), code, index }] : []
  );
}

function tables(
  guest: ParsedModule,
  names: InjectedNames,
  { writesTables }: InstanceChanges,
): StateExport[] {
  if (!writesTables) return [];
  const { table: code } = ExternCode;
  return guest.tables.map((_, index) => ({
    name: tableExport(names, index),
    code,
    index,
  }));
}

function stateRefusal(
  guest: ParsedModule,
  { drops, writesTables }: InstanceChanges,
): string | undefined {
  const { stateGlobals, stateTables } = MODULE_LIMITS;
  const mutable = guest.globals.filter((global) => global.mutable);
  if (mutable.length > stateGlobals) {
    return `it has ${mutable.length} mutable globals, limit is ${stateGlobals}`;
  }
  if (writesTables && guest.tables.length > stateTables) {
    return `it has ${guest.tables.length} tables, limit is ${stateTables}`;
  }
  // JavaScript can neither read nor write these.
  if (mutable.some(({ value }) => value === ValueCode.v128)) {
    return "it has a mutable global that is a vector";
  }
  if (mutable.some(({ value }) => isReference(value))) {
    return "it has a mutable global that is a reference";
  }
  // Segments cannot be brought back.
  if (drops) return "it drops segments, with data.drop or elem.drop";
  return undefined;
}
