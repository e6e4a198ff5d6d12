import { assertEquals } from "@std/assert";
import { readFrame } from "../../../src/adapters/nats/frames.ts";
import {
  pieceBytes,
  PieceSender,
  PieceTaker,
} from "../../../src/adapters/nats/piece_flow.ts";

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}

Deno.test("What is sent in pieces arrives whole, a window at a time", () => {
  for (const length of [0, 1, 1_024, 1_025, 20_000]) {
    const bytes = pattern(length);
    const frames: Uint8Array[] = [];
    const sender = new PieceSender(bytes, 1_024, (one) => frames.push(one));
    const taker = new PieceTaker(length);
    let fate = taker.begin(sender.first);
    let most = 0;
    while (fate !== "last") {
      sender.allow(taker.credit);
      most = Math.max(most, frames.length);
      const frame = readFrame(frames.shift()!);
      if (frame?.kind !== "Piece") throw new Error("no piece");
      fate = taker.take(frame.number, frame.piece);
    }
    assertEquals(taker.bytes(), bytes);
    assertEquals(sender.isDone, true);
    assertEquals(most <= 8, true);
  }
});

Deno.test("PieceSender sends a window at most, whatever it is allowed", () => {
  const frames: Uint8Array[] = [];
  const sender = new PieceSender(
    pattern(100_000),
    1_024,
    (one) => frames.push(one),
  );
  sender.allow(0xffffffff);
  assertEquals(frames.length, 8);
  sender.allow(0);
  sender.allow(8);
  assertEquals(frames.length, 8);
  sender.allow(9);
  assertEquals(frames.length, 9);
});

Deno.test("PieceTaker drops a piece twice, and takes none that is missing one", () => {
  const taker = new PieceTaker(4_096);
  assertEquals(taker.begin(pattern(1_024)), "taken");
  assertEquals(taker.take(0, pattern(1_024)), "dropped");
  assertEquals(taker.take(1, pattern(1_024)), "taken");
  assertEquals(taker.take(1, pattern(1_024)), "dropped");
  assertEquals(taker.take(3, pattern(1_024)), "wrong");
});

Deno.test("PieceTaker takes no more than was said, and nothing tiny", () => {
  assertEquals(new PieceTaker(10).begin(pattern(11)), "wrong");
  assertEquals(new PieceTaker(2_000).begin(pattern(0)), "wrong");
  assertEquals(new PieceTaker(2_000).begin(pattern(1_023)), "wrong");
  const taker = new PieceTaker(2_000);
  assertEquals(taker.begin(pattern(1_024)), "taken");
  assertEquals(taker.take(1, pattern(977)), "wrong");
});

Deno.test("pieceBytes fits the messages that a server takes", () => {
  assertEquals(pieceBytes(1024 * 1024), 256 * 1024);
  assertEquals(pieceBytes(undefined), 256 * 1024);
  assertEquals(pieceBytes(10_000), 9_936);
  assertEquals(pieceBytes(1), 1_024);
});
