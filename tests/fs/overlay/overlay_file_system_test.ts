import { describe, it } from "@std/testing/bdd";
import { randomNumbers } from "../../imports/wasi/guest.ts";
import { Pair } from "./overlay_differential.ts";

/** How many random sequences the gate runs. */
const SEQUENCES = 50;

describe("OverlayFileSystem", () => {
  it("answers as the folder itself does, and changes nothing in it", () => {
    for (let seed = 1; seed <= SEQUENCES; seed++) {
      const random = randomNumbers(seed * 7919);
      using pair = new Pair(random);
      try {
        for (let step = 0; step < 60; step++) {
          pair.step(random);
          if (random(25) === 0) pair.nextCall();
        }
        pair.compare();
      } catch (error) {
        throw new Error(`Sequence ${seed}`, { cause: error });
      }
    }
  });
});
