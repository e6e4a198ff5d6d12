import { describe, it } from "@std/testing/bdd";
import { randomNumbers } from "../../imports/wasi/guest.ts";
import { playSequence } from "./overlay_differential.ts";

/** How many random sequences the gate runs; `deno task random:overlay` more. */
const SEQUENCES = 200;

describe("OverlayFileSystem", () => {
  it("answers as the folder itself does, and commits to the same", () => {
    for (let seed = 1; seed <= SEQUENCES; seed++) {
      try {
        playSequence(randomNumbers(seed * 7919));
      } catch (error) {
        throw new Error(`Sequence ${seed}`, { cause: error });
      }
    }
  });
});
