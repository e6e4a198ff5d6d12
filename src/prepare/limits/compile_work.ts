import type { ParsedModule } from "../read/parsed_module.ts";
import { MODULE_LIMITS } from "./module_limits.ts";

/** The block types that are no type index. */
export const BlockType = { empty: -1, oneResult: -2 } as const;

/**
 * Estimates how long V8's baseline compiler takes for a function: at each
 * joint of control flow it copies or merges the state of every variable and
 * operand. It runs on the guest's own thread at the first call, where nothing
 * can stop it.
 */
export class CompileWork {
  readonly #params: Int32Array;
  readonly #results: Int32Array;
  readonly #tags: readonly number[];
  readonly #heightAtEntry: Int32Array = new Int32Array(
    MODULE_LIMITS.nesting + 2,
  );
  readonly #blockTypes: Int32Array = new Int32Array(
    MODULE_LIMITS.nesting + 2,
  );
  #depth = 0;
  #height = 0;
  #locals = 0;
  /** Branches, handlers and calls. */
  joints = 0;
  /** Variables and operands, summed over the joints of control flow. */
  total = 0;

  constructor(guest: ParsedModule) {
    const { types } = guest;
    this.#params = Int32Array.from(types, (type) => type.params.length);
    this.#results = Int32Array.from(types, (type) => type.results.length);
    this.#tags = guest.tags;
  }

  begin(locals: number): void {
    this.#locals = locals;
    this.#height = 0;
    this.#depth = 0;
    this.joints = 0;
    this.total = 0;
  }

  /** The operand stack grew by this many values. */
  move(by: number): void {
    this.#height += by;
  }

  call(type: number): void {
    this.joints++;
    this.#height += this.#results[type]! - this.#params[type]!;
  }

  /** State is copied or merged here. */
  joint(): void {
    this.joints++;
    this.total += this.#locals + this.#height;
  }

  /** A check that is put in copies the state too, and is none of the guest's. */
  check(): void {
    this.total += this.#locals + this.#height;
  }

  enter(blockType: number): void {
    this.#heightAtEntry[this.#depth] = this.#height;
    this.#blockTypes[this.#depth++] = blockType;
  }

  nextArm(): void {
    this.#height = this.#heightAtEntry[this.#depth - 1]!;
    this.joint();
  }

  /** A handler for exceptions of this tag. */
  catch(tag: number): void {
    this.nextArm();
    const block = this.#blockTypes[this.#depth - 1]!;
    if (block >= 0) this.#height -= this.#params[block]!;
    this.#height += this.#params[this.#tags[tag]!]!;
  }

  leave(): void {
    const block = this.#blockTypes[--this.#depth]!;
    this.#height = this.#heightAtEntry[this.#depth]!;
    if (block >= 0) {
      this.#height += this.#results[block]! - this.#params[block]!;
    } else if (block === BlockType.oneResult) this.#height++;
  }
}
