import { describe, it } from "@std/testing/bdd";
import { randomNumbers } from "../../imports/wasi/guest.ts";
import type { OverlayLimits } from "../../../src/contract/system_grants.ts";
import { OVERLAY_LIMITS, playSequence } from "./overlay_differential.ts";

/** How many random sequences the gate runs; `deno task random:overlay` more. */
const SEQUENCES = 200;
const SPILLED_SEQUENCES = 40;

describe("OverlayFileSystem", () => {
  it("answers as the folder itself does, and commits to the same", () => {
    playSequences(SEQUENCES, OVERLAY_LIMITS);
  });

  it("does so when next to nothing of it is in memory", () => {
    playSequences(SPILLED_SEQUENCES, { ...OVERLAY_LIMITS, maxMemoryBytes: 16 });
  });
});

function playSequences(count: number, limits: OverlayLimits): void {
  for (let seed = 1; seed <= count; seed++) {
    try {
      playSequence(randomNumbers(seed * 7919), limits);
    } catch (error) {
      throw new Error(`Sequence ${seed}`, { cause: error });
    }
  }
}
