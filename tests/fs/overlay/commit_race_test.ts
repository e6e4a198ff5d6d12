import { assert, assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { decodeState } from "../../../src/fs/overlay/overlay_state.ts";
import { Ground, Guest } from "../../imports/wasi/guest.ts";
import { withSwaps } from "../host/swapping.ts";
import { commitTo, OVERLAY_LIMITS } from "./overlay_differential.ts";

const SECONDS = 3;

/** Changes in `d` that a commit has to carry out. */
function change(host: string, anchor: string | undefined, round: number) {
  using guest = new Guest({
    directories: [{
      guest: "/",
      host,
      write: false,
      overlay: OVERLAY_LIMITS,
      ...anchor && { anchor },
    }],
  });
  guest.writeFile("d/secret", `round ${round}`);
  guest.writeFile(`d/new${round}`, "new");
  guest.writeFile("top", `round ${round}`);
  guest.rename("top", `d/top${round}`);
  guest.at("path_unlink_file", `d/new${round - 1}`);
  guest.at("path_create_directory", `d/dir${round}`);
  return decodeState(guest.wasi.changedOverlays()["/"]!);
}

for (const isAnchored of [true, false]) {
  describe(isAnchored ? "An anchored commit" : "A guarded commit", () => {
    it("commits in the folder alone while names are swapped", async () => {
      using ground = new Ground();
      Deno.mkdirSync(`${ground.inside}/d`);
      Deno.writeTextFileSync(`${ground.inside}/d/secret`, "inside");
      Deno.writeTextFileSync(`${ground.outside}/new0`, "outside");
      Deno.symlinkSync(ground.outside, `${ground.inside}/link`);
      const anchor = isAnchored ? ground.anchor() : undefined;
      const before = ground.outsideNow();
      let rounds = 0;
      let begun = 0;
      const swaps = await withSwaps(ground, () => {
        const end = Date.now() + SECONDS * 1000;
        while (Date.now() < end) {
          const state = change(ground.inside, anchor, ++rounds);
          assert(state);
          if (commitTo(ground.inside, state, { anchor }).began) begun++;
        }
      });
      assertEquals(ground.outsideNow(), before);
      assertGreater(swaps, 20);
      assertGreater(rounds, 0);
      // Else nothing was attacked.
      if (isAnchored) assertGreater(begun, 0);
    });
  });
}
