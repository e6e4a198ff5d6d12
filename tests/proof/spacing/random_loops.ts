/** Random nests of loops, to prove the spacing of checks against. */

import type { ModuleBuilder } from "../../prepare/module_builder.ts";
import { probedModule } from "./stretch.ts";

/** Rounds of all loops together, after which the function returns. */
const ROUNDS = 20_000;
const VARIABLES = 4;
const STEPS = [0, 1, -1, 2, 3, 4, -4, 6, 8, 64, 127, 4096, 65_536, -1_048_576];
const BOUNDS = [0, 1, -1, 2, 64, 100, -512, 4096, 100_000];
/** After the probe: a leaf, and a function that has a check. */
const LEAF = 1;
const CHECKED = 2;
const MAX_DEPTH = 4;

/** A generator of numbers below a bound, the same for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Writes the code of one function, with labels counted as it goes. */
class LoopWriter {
  readonly #below: (below: number) => number;
  /** What is open, the outermost first. */
  readonly #open: ("block" | "loop")[] = [];

  constructor(seed: number) {
    this.#below = numbers(seed);
  }

  text(): string {
    return this.#block("block", () => this.#items(3));
  }

  #block(kind: "block" | "loop", inside: () => string): string {
    this.#open.push(kind);
    const text = inside();
    this.#open.pop();
    return `${kind} void ${text} end`;
  }

  #items(most: number): string {
    const count = 1 + this.#below(most);
    return Array.from({ length: count }, () => this.#item()).join(" ");
  }

  #item(): string {
    const deep = this.#open.length > MAX_DEPTH;
    switch (this.#below(deep ? 7 : 10)) {
      case 0:
      case 1:
        return this.#step();
      case 2:
        return `${this.#condition()} br_if ${this.#below(this.#open.length)}`;
      case 3:
        return `i32.const ${this.#below(1000)} i32.load 0 0 4 drop`;
      case 4:
        return `call ${this.#below(2) === 0 ? LEAF : CHECKED}`;
      case 5:
        return `i32.const ${this.#below(9)} local.set ${this.#variable()}`;
      case 6:
        return `local.get ${this.#variable()} i32.const 255 i32.and
          i32.const 65 i32.mul local.set ${this.#variable()}`;
      case 7:
        return this.#block(
          "block",
          () => `${this.#condition()} br_if 0 ${this.#items(3)}`,
        );
      case 8:
        return this.#endingLoop();
      default:
        return this.#loop();
    }
  }

  /** A loop that looks as if it ended by itself, and may not. */
  #endingLoop(): string {
    const variable = this.#variable();
    const bound = BOUNDS[this.#below(BOUNDS.length)]!;
    const by = STEPS[this.#below(STEPS.length)]!;
    const from = BOUNDS[this.#below(BOUNDS.length)]!;
    const between = this.#below(3) === 0 ? this.#item() : "";
    const compare = bound === 0 && this.#below(2) === 0
      ? ""
      : `i32.const ${bound} i32.ne`;
    const loop = this.#block("loop", () => {
      const out = this.#open.length - 1;
      const items = this.#below(2) === 0 ? this.#items(2) : "";
      return `global.get 0 i32.const 1 i32.sub global.set 0
        global.get 0 i32.eqz br_if ${out} ${items}
        local.get ${variable} i32.const ${by} i32.add local.tee ${variable}
        ${compare} br_if 0`;
    });
    return `i32.const ${from} local.set ${variable} ${between} ${loop}`;
  }

  /** A loop that goes on for as long as there are rounds left. */
  #loop(): string {
    return this.#block("loop", () => {
      const out = this.#open.length - 1;
      const round = `global.get 0 i32.const 1 i32.sub global.set 0
        global.get 0 i32.eqz br_if ${out}`;
      const back = this.#below(4) === 0
        ? "br 0"
        : `${this.#condition()} br_if 0`;
      return `${round} ${this.#items(4)} ${this.#step()} ${back}`;
    });
  }

  #step(): string {
    const variable = this.#variable();
    const by = STEPS[this.#below(STEPS.length)]!;
    const operator = this.#below(4) === 0 ? "i32.sub" : "i32.add";
    const write = this.#below(2) === 0 ? "set" : "tee";
    const drop = write === "tee" ? "drop" : "";
    return `local.get ${variable} i32.const ${by} ${operator}
      local.${write} ${variable} ${drop}`;
  }

  #condition(): string {
    const variable = `local.get ${this.#variable()}`;
    switch (this.#below(4)) {
      case 0:
        return `${variable} i32.const 1 i32.and`;
      case 1:
        return `${variable} i32.const ${this.#below(5000)} i32.lt_u`;
      case 2:
        return `${variable} i32.const ${this.#below(5000)} i32.ne`;
      default:
        return `${variable} i32.const ${-this.#below(5000)} i32.gt_s`;
    }
  }

  #variable(): number {
    return this.#below(VARIABLES);
  }
}

/** A module whose `f` is a random nest of loops. */
export function randomLoops(seed: number): ModuleBuilder {
  const module = probedModule();
  const type = module.type([]);
  const text = new LoopWriter(seed).text();
  return module.memory(1).global("i32", `i32.const ${ROUNDS}`)
    .func(type, "i32.const 1 drop ".repeat(20))
    .func(type, "call 1")
    .func(type, text, ["i32", "i32", "i32", "i32"])
    .export("f", "function", 3);
}
