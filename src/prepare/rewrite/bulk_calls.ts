/** Finds the injected function that stands in for a bulk operator. */

import {
  type BulkSpace,
  memoryCopy,
  memoryFill,
  memoryInit,
  tableCopy,
  tableFill,
  tableInit,
} from "./bulk.ts";
import {
  type GrowthLimit,
  memoryGrow,
  tableGrow,
  usedBytes,
} from "./growth.ts";
import type { BulkChecks } from "./guard.ts";
import type { ParsedModule } from "../read/parsed_module.ts";
import { capTable } from "../limits/memory_plan.ts";
import type { InjectedFunctions } from "./injected.ts";

/** The key of the function that sums what memories and tables take. */
export const USED_BYTES = "used";

/**
 * The injected functions that stand in for bulk and growth operators, one for
 * each operator with its indices: every method answers the index to call.
 */
export class BulkCalls {
  readonly #injected: InjectedFunctions;
  readonly #memories: readonly BulkSpace[];
  readonly #tables: readonly BulkSpace[];
  readonly #tableMaxima: readonly number[];
  readonly #checks: BulkChecks;
  readonly #limitBytes: number;

  constructor(
    guest: ParsedModule,
    injected: InjectedFunctions,
    limitBytes: number,
    fuelGlobal: number | undefined,
  ) {
    this.#injected = injected;
    this.#limitBytes = limitBytes;
    this.#checks = { stopMemory: guest.memories.length, fuelGlobal };
    this.#memories = guest.memories.map((limits, index) => ({
      index,
      index64: limits.index64,
    }));
    this.#tableMaxima = guest.tables.map((table) =>
      capTable(table, limitBytes).limits.maximum ?? 0
    );
    this.#tables = guest.tables.map((table, index) => ({
      index,
      index64: table.limits.index64,
      element: table.element,
    }));
  }

  memoryCopy(to: number, from: number): number {
    return this.#injected.index(
      `memory.copy ${to} ${from}`,
      () => memoryCopy(this.#memory(to), this.#memory(from), this.#checks),
    );
  }

  memoryFill(memory: number): number {
    return this.#injected.index(
      `memory.fill ${memory}`,
      () => memoryFill(this.#memory(memory), this.#checks),
    );
  }

  memoryInit(segment: number, memory: number): number {
    return this.#injected.index(
      `memory.init ${segment} ${memory}`,
      () => memoryInit(segment, this.#memory(memory), this.#checks),
    );
  }

  tableCopy(to: number, from: number): number {
    return this.#injected.index(
      `table.copy ${to} ${from}`,
      () => tableCopy(this.#table(to), this.#table(from), this.#checks),
    );
  }

  tableFill(table: number): number {
    return this.#injected.index(
      `table.fill ${table}`,
      () => tableFill(this.#table(table), this.#checks),
    );
  }

  tableInit(segment: number, table: number): number {
    return this.#injected.index(
      `table.init ${segment} ${table}`,
      () => tableInit(segment, this.#table(table), this.#checks),
    );
  }

  memoryGrow(memory: number): number {
    const limit = this.#growthLimit();
    return this.#injected.index(
      `memory.grow ${memory}`,
      () => memoryGrow(this.#memory(memory), limit),
    );
  }

  tableGrow(table: number): number {
    const limit = this.#growthLimit();
    const maximum = this.#tableMaxima[table]!;
    return this.#injected.index(
      `table.grow ${table}`,
      () => tableGrow(this.#table(table), maximum, limit),
    );
  }

  #growthLimit(): GrowthLimit {
    const used = this.#injected.index(
      USED_BYTES,
      () => usedBytes(this.#memories, this.#tables),
    );
    return {
      limitBytes: this.#limitBytes,
      checks: this.#checks,
      used,
    };
  }

  #memory(index: number): BulkSpace {
    return this.#memories[index]!;
  }

  #table(index: number): BulkSpace {
    return this.#tables[index]!;
  }
}
