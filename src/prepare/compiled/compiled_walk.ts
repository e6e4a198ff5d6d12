/** Rewrites function bodies with compiled code, which is fast from the start. */

import { SHORT_VALUE_TYPE } from "../../wasm/value_type.ts";
import type { Writer } from "../../wasm/writer.ts";
import { VECTOR_OPERATORS } from "../../wasm/operators.ts";
import { BUDGET_SUMS, MEASURES, WEIGHTS } from "../limits/compile_cost.ts";
import { MOST_THREADS } from "../limits/largest_costs.ts";
import { TRAITS } from "../read/operator_walk.ts";
import type { ParsedModule } from "../read/parsed_module.ts";
import type { InjectedFunctions } from "../rewrite/injected.ts";
import { OPERATOR_COST, OPERATOR_KIND } from "../rewrite/operator_cost.ts";
import type { WalkState } from "../rewrite/walk_state.ts";
import { WALK } from "./built_walk.ts";

/** Size of the input window, and of the output. */
const INPUT_BYTES = 1024 * 1024;
const OUTPUT_BYTES = 2 * INPUT_BYTES;
/** Zeros after the input, which end any LEB128 number. */
const SPARE_BYTES = 64;

/** Keys of the functions to call instead of operators, in their places. */
const CALLED_INSTEAD = ["memory.copy 0 0", "memory.fill 0", "memory.grow 0"];

/** The module's exports: functions, and addresses in its memory. */
interface WalkExports {
  readonly memory: WebAssembly.Memory;
  readonly KIND: WebAssembly.Global;
  readonly COST: WebAssembly.Global;
  readonly TRAITS: WebAssembly.Global;
  readonly SHORT_TYPE: WebAssembly.Global;
  readonly VECTOR_SHAPE: WebAssembly.Global;
  readonly VECTOR_EFFECT: WebAssembly.Global;
  readonly VECTOR_FEATURE: WebAssembly.Global;
  readonly GUARD: WebAssembly.Global;
  readonly GUARD_LENGTH: WebAssembly.Global;
  readonly CALLS_INSTEAD: WebAssembly.Global;
  readonly WEIGHTS: WebAssembly.Global;
  readonly LIMITS: WebAssembly.Global;
  readonly KEEPS_LARGEST: WebAssembly.Global;
  readonly LARGEST_COSTS: WebAssembly.Global;
  readonly SUMS: WebAssembly.Global;
  layOut(
    functions: number,
    types: number,
    inputBytes: number,
    outputBytes: number,
  ): void;
  setSpaces(globals: number, tables: number, memories: number): void;
  functionsAt(): number;
  checksAt(): number;
  typesAt(): number;
  inputAt(): number;
  outputAt(): number;
  walk(from: number, to: number, first: number, most: number): number;
  readBytes(): number;
  writtenBytes(): number;
  features(): number;
  reason(): number;
}

/** Why a walk ended: the twins of those in the module's source. */
const Reason = { done: 0, cut: 1, left: 2 } as const;

/** What was walked over. */
export interface Walked {
  readonly bodies: number;
  /** Where the body after them begins. */
  readonly end: number;
  /** That body is for others to walk over. */
  readonly isLeft: boolean;
}

/**
 * Walks over bodies as {@link FunctionRewriter} does without fuel, and writes
 * the same. It leaves bodies with rare or invalid code to that class.
 */
export class CompiledWalk {
  readonly #exports: WalkExports;
  readonly #bytes: Uint8Array;
  readonly #memory: Uint8Array;
  readonly #injected: InjectedFunctions;
  readonly #calls: Uint32Array;
  // The part of the source that is in the module's memory.
  #from = 0;
  #to = 0;

  /** What is known of the functions so far, shared with the other walk. */
  readonly state: WalkState;

  constructor(
    guest: ParsedModule,
    guard: Uint8Array,
    injected: InjectedFunctions,
  ) {
    const exports = instantiate();
    const { functions, types, globals, tables, memories } = guest;
    exports.layOut(functions.length, types.length, INPUT_BYTES, OUTPUT_BYTES);
    exports.setSpaces(globals.length, tables.length, memories.length);
    const { buffer } = exports.memory;
    new Uint32Array(buffer, exports.functionsAt()).set(functions);
    const sizes = new Int32Array(buffer, exports.typesAt(), 2 * types.length);
    types.forEach(({ params, results }, i) => {
      sizes[2 * i] = params.length;
      sizes[2 * i + 1] = results.length;
    });
    writeTables(exports, guard);
    this.#exports = exports;
    this.#bytes = guest.bytes;
    this.#memory = new Uint8Array(buffer);
    this.#injected = injected;
    const { length } = CALLED_INSTEAD;
    this.#calls = new Uint32Array(buffer, exports.CALLS_INSTEAD.value, length);
    this.state = stateIn(exports, functions.length);
  }

  /** Bits of the features that were seen. */
  get features(): number {
    return this.#exports.features();
  }

  /**
   * Walks over bodies from a position in the source, and writes the rewritten
   * ones: as many as fit at once.
   *
   * @param end Where the last one ends.
   * @param first The index of the first function.
   * @param most How many there are.
   */
  walk(
    at: number,
    end: number,
    first: number,
    most: number,
    out: Writer,
  ): Walked {
    if (at < this.#from || at >= this.#to) this.#fill(at, end);
    const walked = this.#walkWindow(at, first, most, out);
    const isCut = this.#exports.reason() === Reason.cut;
    if (walked.bodies > 0 || !isCut || this.#from === at) return walked;
    this.#fill(at, end);
    return this.#walkWindow(at, first, most, out);
  }

  #walkWindow(at: number, first: number, most: number, out: Writer): Walked {
    const exports = this.#exports;
    this.#calls.forEach((_, i, calls) => {
      calls[i] = this.#injected.find(CALLED_INSTEAD[i]!) ?? 0;
    });
    const from = at - this.#from;
    const bodies = exports.walk(from, this.#to - this.#from, first, most);
    const start = exports.outputAt();
    out.copy(this.#memory, start, start + exports.writtenBytes());
    return {
      bodies,
      end: this.#from + exports.readBytes(),
      isLeft: bodies === 0 || exports.reason() === Reason.left,
    };
  }

  #fill(at: number, end: number): void {
    const to = Math.min(end, at + INPUT_BYTES);
    const input = this.#exports.inputAt();
    const after = input + to - at;
    this.#memory.set(this.#bytes.subarray(at, to), input);
    this.#memory.fill(0, after, after + SPARE_BYTES);
    this.#from = at;
    this.#to = to;
  }
}

/** Compiled once, to keep V8's optimized code. */
let module: WebAssembly.Module | undefined;

function instantiate(): WalkExports {
  module ??= new WebAssembly.Module(Uint8Array.fromBase64(WALK));
  const { exports } = new WebAssembly.Instance(module);
  return exports as unknown as WalkExports;
}

function writeTables(exports: WalkExports, guard: Uint8Array): void {
  const { buffer } = exports.memory;
  const put = (table: ArrayBufferView, { value }: { readonly value: number }) =>
    new Uint8Array(buffer, value).set(
      new Uint8Array(table.buffer, table.byteOffset, table.byteLength),
    );
  put(OPERATOR_KIND, exports.KIND);
  put(OPERATOR_COST, exports.COST);
  put(TRAITS, exports.TRAITS);
  put(SHORT_VALUE_TYPE, exports.SHORT_TYPE);
  put(VECTOR_OPERATORS.shape, exports.VECTOR_SHAPE);
  put(VECTOR_OPERATORS.effect, exports.VECTOR_EFFECT);
  put(VECTOR_OPERATORS.feature, exports.VECTOR_FEATURE);
  put(guard, exports.GUARD);
  put(Uint32Array.of(guard.length), exports.GUARD_LENGTH);
  put(WEIGHTS, exports.WEIGHTS);
  put(
    Float64Array.from(MEASURES, ({ functionLimit }) => functionLimit),
    exports.LIMITS,
  );
  put(
    Uint8Array.from(MEASURES, ({ largestLimits }) => largestLimits ? 1 : 0),
    exports.KEEPS_LARGEST,
  );
}

/** Views of the state in the module's memory, which no longer grows. */
function stateIn(exports: WalkExports, functions: number): WalkState {
  const { buffer } = exports.memory;
  const largestAt = (measure: number) =>
    exports.LARGEST_COSTS.value +
    measure * MOST_THREADS * Float64Array.BYTES_PER_ELEMENT;
  return {
    checks: new Uint8Array(buffer, exports.checksAt(), functions),
    sums: new Float64Array(buffer, exports.SUMS.value, BUDGET_SUMS),
    largest: MEASURES.map((_, i) =>
      new Float64Array(buffer, largestAt(i), MOST_THREADS)
    ),
  };
}
