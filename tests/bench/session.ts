/** How long a session of the AI SDK takes for a file and for a command. */

import { sandboxSession } from "../../src/adapters/ai_sdk/ai_sdk.ts";
import { interleaved, type Measurement, median } from "./measurement.ts";

const ROUNDS = 25;
const RUNS = 8;
const COMMAND = new URL("../../fixtures/wasi/exit.wasm", import.meta.url);

/** A session over a folder of the host, without an aim to compare with. */
export async function session(): Promise<readonly Measurement[]> {
  const folder = await Deno.makeTempDir();
  try {
    await using session = sandboxSession({
      config: { allowedPaths: { "/work": { host: folder, write: true } } },
      commands: { exit: COMMAND },
    });
    const path = "file";
    const content = "x".repeat(10_000);
    await session.writeTextFile({ path, content });
    const ways: [string, () => Promise<unknown>][] = [
      ["writing 10 kB", () => session.writeTextFile({ path, content })],
      ["reading 10 kB", () => session.readTextFile({ path })],
      ["a command", () => session.run({ command: "exit 0" })],
    ];
    const acts = ways.map(([, act]) => async () => {
      await act();
    });
    await interleaved(5, RUNS, ...acts);
    const samples = await interleaved(ROUNDS, RUNS, ...acts);
    return ways.map(([what], at) => ({
      what: `session, ${what}`,
      value: median(samples[at]!),
      unit: "ms",
      note: `${ROUNDS * RUNS} runs, each in a fresh instance`,
    }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
