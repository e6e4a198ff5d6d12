import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { OverlayFileSystem } from "../../../src/fs/overlay/overlay_file_system.ts";
import { Ground, randomNumbers } from "../../imports/wasi/guest.ts";
import type { OverlayLimits } from "../../../src/contract/system_grants.ts";
import {
  hostTree,
  OVERLAY_LIMITS,
  playSequence,
} from "./overlay_differential.ts";

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

describe("OverlayFileSystem.open", () => {
  it("opens what is there now, whatever was looked at a moment ago", () => {
    using ground = new Ground();
    const path = `${ground.inside}/a`;
    Deno.writeTextFileSync(path, "old");
    const lower = hostTree(ground.inside);
    const tree = new OverlayFileSystem(lower.tree, OVERLAY_LIMITS, {
      ...lower.context,
      clock: () => 0n,
    });
    const seen = tree.stat("a");
    Deno.writeTextFileSync(`${ground.inside}/b`, "new one");
    Deno.renameSync(`${ground.inside}/b`, path);
    const mode = { read: true, write: false, create: false, append: false };
    const file = tree.open("a", mode, seen);
    const bytes = new Uint8Array(7);
    assertEquals(file.read(bytes, 0), 7);
    assertEquals(new TextDecoder("utf-8").decode(bytes), "new one");
    file.close();
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
