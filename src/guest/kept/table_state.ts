/**
 * Saves the functions in tables, and restores them in another instance of the
 * same module. A function is identified by its position in the tables of a
 * fresh instance, or among the exports.
 *
 * ```text
 *   -1          null
 *   0 …         an entry of the fresh tables, one table after the other
 *   … -2        the export number -2 - n
 * ```
 */

import { MAX_TABLE_ENTRIES } from "../../contract/page_bytes.ts";
import { ExecutionFailed } from "../../errors.ts";

/** What JavaScript may put into a table; in reality any reference. */
type FunctionOrNull = Parameters<WebAssembly.Table["set"]>[1] & object | null;

const NULL = -1;

/** The tables of one instance, recorded when it was created. */
export class TableState {
  readonly #tables: readonly PlainTable[];
  readonly #known: readonly unknown[];
  readonly #exported: readonly unknown[];
  readonly #isTooLarge: boolean;

  /** @param exports The exported functions, in module order. */
  constructor(
    tables: readonly WebAssembly.Table[],
    exports: readonly unknown[],
  ) {
    this.#tables = tables.map((table) => new PlainTable(table));
    this.#isTooLarge = this.#entries > MAX_TABLE_ENTRIES;
    this.#known = this.#isTooLarge
      ? []
      : this.#tables.flatMap((table) => [...table.entries()]);
    this.#exported = exports;
  }

  /**
   * @throws {ExecutionFailed} when a table holds a reference that can't be
   * saved.
   */
  take(): Int32Array[] {
    if (this.#isTooLarge || this.#entries > MAX_TABLE_ENTRIES) {
      throw new ExecutionFailed(
        `Cannot take a snapshot: its tables have more than ${MAX_TABLE_ENTRIES} entries, the limit`,
      );
    }
    const numbers = this.#numbers();
    return this.#tables.map((table, index) =>
      Int32Array.from(table.entries(), (entry, at) => {
        if (entry === null) return NULL;
        const number = numbers.get(entry);
        if (number !== undefined) return number;
        throw new ExecutionFailed(
          `Cannot take a snapshot: table ${index} holds, at ${at}, what was in no table at the start and is not exported`,
        );
      })
    );
  }

  /** Whether the tables still have their saved sizes. */
  fits(taken: readonly Int32Array[]): boolean {
    return this.#tables.every((table, index) =>
      table.length === taken[index]!.length
    );
  }

  /** Restores the entries that differ, growing tables first if needed. */
  restore(taken: readonly Int32Array[]): void {
    this.#tables.forEach((table, index) => {
      const numbers = taken[index]!;
      if (table.length < numbers.length) {
        table.grow(numbers.length - table.length);
      }
      numbers.forEach((number, at) => {
        const entry = this.#entry(number);
        if (table.get(at) !== entry) table.set(at, entry);
      });
    });
  }

  get #entries(): number {
    return this.#tables.reduce((sum, { length }) => sum + length, 0);
  }

  #entry(number: number): FunctionOrNull {
    if (number === NULL) return null;
    const found = number >= 0
      ? this.#known[number]
      : this.#exported[-2 - number];
    // A snapshot file may refer to a function that does not exist.
    return (found ?? null) as FunctionOrNull;
  }

  #numbers(): ReadonlyMap<unknown, number> {
    const numbers = new Map<unknown, number>();
    this.#exported.forEach((one, index) => numbers.set(one, -2 - index));
    this.#known.forEach((one, index) => numbers.set(one, index));
    return numbers;
  }
}

/** A table with number indices, even if it has 64-bit addresses. */
class PlainTable {
  readonly #table: WebAssembly.Table;
  /** Then the JavaScript API uses bigints. */
  readonly #isWide: boolean;

  constructor(table: WebAssembly.Table) {
    this.#table = table;
    this.#isWide = typeof (table.length as unknown) === "bigint";
  }

  get length(): number {
    return Number(this.#table.length);
  }

  get(at: number): unknown {
    return this.#table.get(this.#address(at));
  }

  set(at: number, entry: FunctionOrNull): void {
    this.#table.set(this.#address(at), entry);
  }

  grow(entries: number): void {
    this.#table.grow(this.#address(entries));
  }

  *entries(): Generator<unknown> {
    for (let at = 0; at < this.length; at++) yield this.get(at);
  }

  #address(at: number): number {
    return this.#isWide ? BigInt(at) as unknown as number : at;
  }
}
