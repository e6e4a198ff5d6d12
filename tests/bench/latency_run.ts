// deno-lint-ignore-file no-console
/**
 * One run of the latency benchmark, in a process of its own: calls of a tool
 * and of a bare worker by turns, so that both meet the same machine. Prints
 * the figures as JSON. With the argument `asleep` neither side ever spins,
 * since the process believes that it has one core.
 */

import { ToolSandbox } from "../../mod.ts";
import { argumentsOf, fixture, loadTool } from "./fixture.ts";
import { interleaved, median, quantile } from "./measurement.ts";
import { Bell, END } from "./waking_worker.ts";

const BYTES = 100;
/** So many that V8 has compiled the ways that all calls take. */
const WARM_UP_ROUNDS = 200;
const ROUNDS = 40;
const CALLS_PER_ROUND = 50;

/** The figures of a run, in microseconds. */
export interface LatencyRun {
  readonly median: number;
  readonly p99: number;
  readonly bareMedian: number;
  readonly bareP99: number;
  /** Of waking a thread and being woken by it, with nothing done in between. */
  readonly wakingMedian: number;
}

async function main(): Promise<void> {
  if (Deno.args[0] === "asleep") {
    Object.defineProperty(navigator, "hardwareConcurrency", { value: 1 });
  }
  await using sandbox = new ToolSandbox();
  const echo = await loadTool(sandbox, "tools/echo");
  const args = argumentsOf(BYTES);
  const bare = await BareWorker.start();
  const waking = new WakingWorker();
  const ways = [
    () => echo.execute(args),
    () => bare.call(args),
    () => waking.wake(),
  ];
  await interleaved(WARM_UP_ROUNDS, CALLS_PER_ROUND, ...ways);
  const [ours, bares, wakings] =
    (await interleaved(ROUNDS, CALLS_PER_ROUND, ...ways))
      .map((samples) => samples.map((ms) => ms * 1000));
  bare.end();
  waking.end();
  const run: LatencyRun = {
    median: median(ours!),
    p99: quantile(ours!, 0.99),
    bareMedian: median(bares!),
    bareP99: quantile(bares!, 0.99),
    wakingMedian: median(wakings!),
  };
  console.log(JSON.stringify(run));
}

/** A worker that does the same work without a sandbox, from JSON to JSON. */
class BareWorker {
  readonly #worker = new Worker(new URL("./bare_worker.ts", import.meta.url), {
    type: "module",
  });
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();

  static async start(): Promise<BareWorker> {
    const bare = new BareWorker();
    const bytes = await Deno.readFile(fixture("tools/echo"));
    bare.#worker.postMessage(await WebAssembly.compile(bytes));
    return bare;
  }

  call(args: unknown): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#worker.onmessage = ({ data }: MessageEvent<Uint8Array>) =>
      resolve(JSON.parse(this.#decoder.decode(data)));
    this.#worker.postMessage(this.#encoder.encode(JSON.stringify(args)));
    return promise;
  }

  end(): void {
    this.#worker.terminate();
  }
}

/** A worker that wakes whoever woke it. */
class WakingWorker {
  readonly #words = new Int32Array(new SharedArrayBuffer(8));
  readonly #worker = new Worker(
    new URL("./waking_worker.ts", import.meta.url),
    { type: "module" },
  );

  constructor() {
    this.#worker.postMessage(this.#words.buffer);
  }

  async wake(): Promise<void> {
    const seen = Atomics.load(this.#words, Bell.Host);
    Atomics.add(this.#words, Bell.Worker, 1);
    Atomics.notify(this.#words, Bell.Worker);
    const woken = Atomics.waitAsync(this.#words, Bell.Host, seen);
    if (woken.async) await woken.value;
  }

  end(): void {
    Atomics.store(this.#words, Bell.Worker, END);
    Atomics.notify(this.#words, Bell.Worker);
    this.#worker.terminate();
  }
}

if (import.meta.main) await main();
