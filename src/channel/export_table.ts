/**
 * A module's exports, packed into a few byte arrays: a guest may export 50,000
 * names, and posting as many objects to a thread would take a tenth of a
 * second.
 *
 * ```text
 *   names   one text, one name behind the other      ends    where each ends
 *   kinds   a byte each                              types   an index each
 *   values  a byte each: parameters and results      typeEnds, two for a type
 * ```
 */

/** The four number types, and `"other"` for every other value type. */
export type ExportedValue = "i32" | "i64" | "f32" | "f64" | "other";

/** The kind of an export. */
export type ExportedKind = "function" | "table" | "memory" | "global" | "tag";

/** An entry of the table. */
export interface TableEntry {
  readonly name: string;
  readonly kind: ExportedKind;
  /** For functions only. */
  readonly signature?: {
    readonly params: readonly ExportedValue[];
    readonly results: readonly ExportedValue[];
  };
}

/** The posted form of a table. */
export interface PackedExports {
  readonly names: string;
  readonly ends: Uint32Array<ArrayBuffer>;
  readonly kinds: Uint8Array<ArrayBuffer>;
  /** Type indices plus 1; 0 for exports that are not functions. */
  readonly types: Uint32Array<ArrayBuffer>;
  readonly values: Uint8Array<ArrayBuffer>;
  readonly typeEnds: Uint32Array<ArrayBuffer>;
}

const KINDS: readonly ExportedKind[] = [
  "function",
  "table",
  "memory",
  "global",
  "tag",
];
const VALUES: readonly ExportedValue[] = ["i32", "i64", "f32", "f64", "other"];

/** Packs a list; entries with the identical signature object share it. */
export function packExports(entries: readonly TableEntry[]): PackedExports {
  const signatures = new Map<TableEntry["signature"], number>([[undefined, 0]]);
  const values: number[] = [];
  const typeEnds: number[] = [];
  const typeOf = ({ signature }: TableEntry): number => {
    const known = signatures.get(signature);
    if (known !== undefined) return known;
    for (const list of [signature!.params, signature!.results]) {
      for (const one of list) values.push(VALUES.indexOf(one));
      typeEnds.push(values.length);
    }
    signatures.set(signature, signatures.size);
    return signatures.size - 1;
  };
  let end = 0;
  return {
    names: entries.map(({ name }) => name).join(""),
    ends: Uint32Array.from(entries, ({ name }) => end += name.length),
    kinds: Uint8Array.from(entries, ({ kind }) => KINDS.indexOf(kind)),
    types: Uint32Array.from(entries, typeOf),
    values: Uint8Array.from(values),
    typeEnds: Uint32Array.from(typeEnds),
  };
}

/** Reads a packed table. */
export class ExportTable {
  /** As it is posted. */
  readonly packed: PackedExports;

  constructor(packed: PackedExports) {
    this.packed = packed;
  }

  /** The names, in order. */
  names(): string[] {
    const { ends } = this.packed;
    return Array.from(ends, (_, index) => this.#name(index));
  }

  /** Whether there is an export of this name. */
  has(name: string): boolean {
    return this.#index(name) >= 0;
  }

  /** The export of this name. */
  find(name: string): TableEntry | undefined {
    const index = this.#index(name);
    if (index < 0) return undefined;
    const { kinds, types } = this.packed;
    const kind = KINDS[kinds[index]!]!;
    const type = types[index]!;
    return type === 0
      ? { name, kind }
      : { name, kind, signature: this.#signature(type - 1) };
  }

  /** Export names are unique, so the first match is the only one. */
  #index(name: string): number {
    const { names, ends } = this.packed;
    let start = 0;
    for (let index = 0; index < ends.length; index++) {
      const end = ends[index]!;
      if (end - start === name.length && names.startsWith(name, start)) {
        return index;
      }
      start = end;
    }
    return -1;
  }

  #name(index: number): string {
    const { names, ends } = this.packed;
    return names.slice(index === 0 ? 0 : ends[index - 1]!, ends[index]!);
  }

  #signature(type: number): NonNullable<TableEntry["signature"]> {
    const { typeEnds } = this.packed;
    const start = type === 0 ? 0 : typeEnds[2 * type - 1]!;
    const middle = typeEnds[2 * type]!;
    return {
      params: this.#values(start, middle),
      results: this.#values(middle, typeEnds[2 * type + 1]!),
    };
  }

  #values(start: number, end: number): ExportedValue[] {
    return Array.from(
      this.packed.values.subarray(start, end),
      (value) => VALUES[value]!,
    );
  }
}
