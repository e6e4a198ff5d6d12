/** How long hostile modules and answers hold up the host's event loop. */

import {
  HARMLESS,
  type HostThreadReport,
} from "../hostile/host_thread_process.ts";
import type { Measurement } from "./measurement.ts";
import { runDeno } from "./program.ts";

/** The longest gap over all hostile fixtures and modules made to be laborious. */
export async function hostThread(): Promise<readonly Measurement[]> {
  const output = await runDeno(
    "run",
    "-A",
    "--v8-flags=--expose-gc",
    "tests/hostile/host_thread_process.ts",
  );
  const reports: HostThreadReport[] = output.trim().split("\n")
    .map((line) => JSON.parse(line));
  const harmless = reports.find(({ name }) => name === HARMLESS)!;
  const hostile = reports.slice(reports.indexOf(harmless) + 1);
  const worst = hostile.reduce((a, b) => a.workedMs > b.workedMs ? a : b);
  return [{
    what: "longest that a hostile module or answer holds up the event loop",
    value: worst.workedMs,
    unit: "ms",
    aim: { atMost: 10 },
    note: `${worst.name}, of ${hostile.length}; with a worker that is made`,
  }, {
    what: "longest that a harmless tool does, whose worker is made, too",
    value: harmless.workedMs,
    unit: "ms",
  }];
}
