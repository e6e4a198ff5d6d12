/** What a call of a function of the host takes, beside the floor of its way. */

import { ToolSandbox } from "../../mod.ts";
import { relay } from "../tool/host/host_guest.ts";
import { interleaved, type Measurement, median } from "./measurement.ts";

/** Calls of a function within one call of the guest. */
const CALLS = 2_000;
const ROUNDS = 21;

/** Many calls from one guest, so that its own start counts for nothing. */
export async function hostCalls(): Promise<readonly Measurement[]> {
  await using sandbox = new ToolSandbox({
    maxWorkers: 1,
    functions: { now: () => 1, later: () => Promise.resolve(1) },
  });
  const way = async (name: string, turn: string) => {
    const module = await sandbox.loadModule(relay(name));
    return () => sandbox.execute(module, turn, [CALLS]);
  };
  const ways = [
    await way("now", "times"),
    await way("later", "times"),
    await way("now", "turns"),
  ];
  await interleaved(3, 1, ...ways);
  const floor = passages();
  const samples = await interleaved(ROUNDS, 1, ...ways);
  const [now = NaN, later = NaN, own = NaN] = samples
    .map((one) => median(one) / CALLS * 1000);
  const note = `${CALLS} calls of one guest, ${ROUNDS} times; a call of an ` +
    `import that asks nobody takes ${own.toFixed(2)} us, a passage ` +
    `between two threads that sleep ${(await floor).toFixed(1)} us`;
  const aim = { atMost: 30 };
  return [
    { what: "host function, sync", value: now, unit: "us", aim, note },
    { what: "host function, async", value: later, unit: "us", aim, note },
  ];
}

/** The median of a bare way to another thread and back, both asleep. */
async function passages(): Promise<number> {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const code = `onmessage = ({ data }) => {
    for (let n = 1;; n++) {
      Atomics.add(data, 0, 1);
      Atomics.notify(data, 0);
      if (Atomics.wait(data, 1, n - 1) === "timed-out") return;
      if (Atomics.load(data, 1) < 0) return close();
    }
  };`;
  const url = URL.createObjectURL(new Blob([code]));
  const worker = new Worker(url, { type: "module" });
  worker.postMessage(words);
  const samples: number[] = [];
  let at = performance.now();
  for (let n = 1; n <= CALLS; n++) {
    const wait = Atomics.waitAsync(words, 0, n - 1);
    if (wait.async) await wait.value;
    const now = performance.now();
    samples.push((now - at) * 1000);
    at = now;
    Atomics.store(words, 1, n === CALLS ? -1 : n);
    Atomics.notify(words, 1);
  }
  URL.revokeObjectURL(url);
  return median(samples);
}
