// deno-lint-ignore-file no-console
/**
 * `deno task worst [--minutes 60] [--seed 1] [--record]`: looks for the module
 * that costs V8 most among those that preparation accepts at the default
 * limits. Half of the candidates are new, half are changes of the worst so far;
 * each is made as large as preparation lets it. With `--record`, writes what was found.
 */

import { parseArgs } from "@std/cli/parse-args";
import { buildShape } from "./build_shape.ts";
import {
  type Compilers,
  type Cost,
  measure,
  type Outcome,
  refusal,
} from "./measure.ts";
import {
  changeShape,
  PLAIN,
  Random,
  randomShape,
  type Shape,
} from "./shape.ts";

const RECORD = new URL("./recorded.json", import.meta.url);

/** What is maximised, one after the other. */
export const MEASURES: readonly (keyof Cost)[] = [
  "pauseMs",
  "functionBurnMs",
  "moduleBurnMsPerMb",
  "memoryMiB",
  "loadMsPerMb",
];

/** The worst candidate by one measure. */
export interface Worst {
  readonly seed: number;
  /** What differs from the plain shape. */
  readonly shape: Partial<Shape>;
  readonly bytes: number;
  readonly cost: Cost;
}

/** The file that a search writes. */
export interface Recorded {
  readonly machine: string;
  readonly searches: readonly Search[];
  readonly worst: Readonly<Partial<Record<keyof Cost, Worst>>>;
  /** Candidates that were refused, one for each message. */
  readonly refused: readonly {
    readonly message: string;
    readonly shape: Partial<Shape>;
  }[];
}

/** One run of the search. */
interface Search {
  readonly seed: number;
  readonly minutes: number;
  readonly candidates: number;
  readonly accepted: number;
  readonly refused: number;
  readonly invalid: number;
  readonly died: number;
}

/** How many of the worst are kept to change further. */
const POPULATION = 6;
/** The compilers that a measure needs. */
const COMPILERS: Readonly<Record<keyof Cost, Compilers>> = {
  pauseMs: "baseline",
  loadMsPerMb: "baseline",
  functionBurnMs: "optimizing",
  moduleBurnMsPerMb: "optimizing",
  memoryMiB: "both",
};
/**
 * What is about one function needs no copies of it, and is then the process's
 * own CPU time.
 */
const ONE_FUNCTION: readonly (keyof Cost)[] = ["pauseMs", "functionBurnMs"];
/** Larger ones are only more of the same. */
const LARGEST_BYTES = 2_500_000;
const KEPT_REFUSALS = 40;

class Searcher {
  readonly #random: Random;
  readonly #seed: number;
  readonly worst: Partial<Record<keyof Cost, Worst>>;
  readonly refusals: Map<string, Partial<Shape>>;
  readonly counts = { accepted: 0, refused: 0, invalid: 0, died: 0 };

  /** By each measure, from the worst down. */
  readonly #population: Record<keyof Cost, { shape: Shape; value: number }[]> =
    {
      pauseMs: [],
      functionBurnMs: [],
      moduleBurnMsPerMb: [],
      memoryMiB: [],
      loadMsPerMb: [],
    };

  constructor(seed: number, recorded: Recorded) {
    this.#seed = seed;
    this.#random = new Random(seed);
    this.worst = { ...recorded.worst };
    this.refusals = new Map(
      recorded.refused.map(({ message, shape }) => [kindOf(message), shape]),
    );
  }

  /** Looks again at what is recorded, as large as the limits now let it. */
  async confirm(): Promise<void> {
    for (const by of MEASURES) {
      const known = this.worst[by];
      delete this.worst[by];
      this.#population[by] = [];
      if (known === undefined) continue;
      const shape = largest({ ...PLAIN, ...known.shape });
      if (shape !== undefined) await this.#keep(shape, by);
    }
    for (const [kind, shape] of this.refusals) {
      const message = refusal(buildShape({ ...PLAIN, ...shape }));
      if (message === undefined || kindOf(message) !== kind) {
        this.refusals.delete(kind);
      }
    }
  }

  /** Tries a new shape, or a change of one of the worst so far. */
  async step(by: keyof Cost): Promise<void> {
    const known = this.#population[by];
    const isNew = known.length === 0 || this.#random.below(2) === 0;
    const shape = isNew
      ? randomShape(this.#random)
      : changeShape(this.#random.pick(known).shape, this.#random);
    const candidate = largest(
      ONE_FUNCTION.includes(by) ? { ...shape, functions: 1 } : shape,
    );
    if (candidate !== undefined) await this.#keep(candidate, by);
  }

  /** Keeps a candidate among the worst, if it is. */
  async #keep(shape: Shape, by: keyof Cost): Promise<void> {
    const value = await this.#try(shape, by);
    if (value < 0) return;
    const known = this.#population[by];
    known.push({ shape, value });
    known.sort((a, b) => b.value - a.value);
    known.splice(POPULATION);
  }

  /** Measures again what seems to be the worst: other programs run, too. */
  async #measure(shape: Shape, by: keyof Cost): Promise<Outcome> {
    const first = await measure(shape, COMPILERS[by]);
    if (first.kind !== "accepted") return first;
    if (first.cost[by] <= (this.worst[by]?.cost[by] ?? 0)) return first;
    const second = await measure(shape);
    if (second.kind !== "accepted") return second;
    return second.cost[by] < first.cost[by] ? second : first;
  }

  /** The candidate's value, -1 when it was not accepted. */
  async #try(shape: Shape, by: keyof Cost): Promise<number> {
    const outcome = await this.#measure(shape, by);
    this.counts[outcome.kind]++;
    if (outcome.kind === "died") {
      console.log("died", JSON.stringify(diff(shape)));
    }
    if (outcome.kind === "refused") this.#noteRefusal(outcome.message, shape);
    if (outcome.kind !== "accepted") return -1;
    this.#note(by, shape, outcome);
    return outcome.cost[by];
  }

  #note(
    by: keyof Cost,
    shape: Shape,
    { bytes, cost }: Extract<Outcome, { kind: "accepted" }>,
  ): void {
    if (cost[by] <= (this.worst[by]?.cost[by] ?? 0)) return;
    this.worst[by] = { seed: this.#seed, shape: diff(shape), bytes, cost };
    const text = JSON.stringify({ shape: diff(shape), cost });
    console.log(`${by} ${cost[by].toFixed(0)} ${text}`);
  }

  #noteRefusal(message: string, shape: Shape): void {
    const kind = kindOf(message);
    if (this.refusals.size < KEPT_REFUSALS && !this.refusals.has(kind)) {
      this.refusals.set(kind, diff(shape));
    }
  }
}

/**
 * The shape with its units repeated as often as preparation lets it: what
 * costs most lies at the limits. Undefined for what is too large to be tried.
 */
function largest(shape: Shape): Shape | undefined {
  if (approximateBytes({ ...shape, repeats: 1 }) > LARGEST_BYTES) return;
  const fits = (repeats: number) => {
    if (approximateBytes({ ...shape, repeats }) > LARGEST_BYTES) return false;
    const bytes = buildShape({ ...shape, repeats });
    return bytes.length <= LARGEST_BYTES && refusal(bytes) === undefined;
  };
  if (!fits(1)) return { ...shape, repeats: 1 };
  let [most, tooMany] = [1, 2];
  while (fits(tooMany)) [most, tooMany] = [tooMany, tooMany * 2];
  while (tooMany - most > Math.max(1, most / 8)) {
    const middle = (most + tooMany) >> 1;
    if (fits(middle)) most = middle;
    else tooMany = middle;
  }
  return { ...shape, repeats: most };
}

/** Less than the module's size. */
function approximateBytes(shape: Shape): number {
  const { functions, repeats, units, operands, live, nesting } = shape;
  const unit = (name: string) => name.startsWith("brTable") ? shape.targets : 1;
  const all = units.reduce((sum, name) => sum + unit(name), 0);
  const body = repeats * all + 2 * operands + 8 * live + 2 * nesting;
  return functions * body + shape.constGlobals * shape.constOperators +
    shape.types * shape.arity + functions * (shape.params + shape.results);
}

/** A message without its numbers. */
function kindOf(message: string): string {
  return message.replace(/ \(at offset .*/, "").replace(/\d+(\.\d+)?/g, "N");
}

function diff(shape: Shape): Partial<Shape> {
  const plain: Record<string, unknown> = { ...PLAIN };
  const differs = ([key, value]: [string, unknown]) =>
    JSON.stringify(value) !== JSON.stringify(plain[key]);
  return Object.fromEntries(Object.entries(shape).filter(differs));
}

function readRecord(): Recorded {
  try {
    return JSON.parse(Deno.readTextFileSync(RECORD));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { machine: machine(), searches: [], worst: {}, refused: [] };
  }
}

function machine(): string {
  const { deno, v8 } = Deno.version;
  return `Deno ${deno}, V8 ${v8}, ${Deno.build.target}, ` +
    `${navigator.hardwareConcurrency} cores`;
}

async function main(): Promise<void> {
  const args = parseArgs(Deno.args, {
    string: ["minutes", "seed"],
    boolean: ["record"],
    default: { minutes: "60", seed: "1" },
  });
  const seed = Number(args.seed);
  const start = Date.now();
  const end = start + Number(args.minutes) * 60_000;
  const recorded = readRecord();
  const searcher = new Searcher(seed, recorded);
  await searcher.confirm();
  for (let turn = 0; Date.now() < end; turn++) {
    await searcher.step(MEASURES[turn % MEASURES.length]!);
  }
  const { counts, worst, refusals } = searcher;
  const candidates = Object.values(counts).reduce((sum, one) => sum + one, 0);
  const minutes = Math.round((Date.now() - start) / 6000) / 10;
  const search: Search = { seed, minutes, candidates, ...counts };
  console.log(JSON.stringify(search));
  if (!args.record) return;
  const result: Recorded = {
    machine: machine(),
    searches: [...recorded.searches, search],
    worst,
    refused: [...refusals].map(([message, shape]) => ({ message, shape })),
  };
  Deno.writeTextFileSync(RECORD, `${JSON.stringify(result, null, 1)}\n`);
}

if (import.meta.main) await main();
