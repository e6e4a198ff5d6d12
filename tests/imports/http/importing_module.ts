/** A module that passes numbers on to one import of `cortex_http`. */

/** Which import, and what it is declared as. */
export interface ModuleParts {
  readonly name: string;
  /** How many i32 it takes. */
  readonly params: number;
  /** Whether it is declared to return an i64. */
  readonly isI64?: boolean;
}

const I32 = 0x7f;
const I64 = 0x7e;

/**
 * `call` takes i32 values, passes them on and returns the result; the memory
 * has one page.
 */
export function wasmModule(
  { name, params, isI64 = false }: ModuleParts,
): Uint8Array {
  const result = isI64 ? I64 : I32;
  const gets = Array.from({ length: params }, (_, i) => [0x20, i]).flat();
  const body = [0, ...gets, 0x10, 0, 0x0b];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, params, ...repeat(I32, params), 1, result]),
    ...section(2, [1, ...text("cortex_http"), ...text(name), 0, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 1, 1, 1]),
    ...section(7, [2, ...text("memory"), 2, 0, ...text("call"), 0, 1]),
    ...section(10, [1, body.length, ...body]),
  ]);
}

function section(id: number, content: number[]): number[] {
  return [id, content.length, ...content];
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [bytes.length, ...bytes];
}

function repeat(value: number, count: number): number[] {
  return new Array<number>(count).fill(value);
}
