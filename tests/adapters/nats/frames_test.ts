import { assert, assertEquals } from "@std/assert";
import {
  aliveFrame,
  callFrame,
  cancelFrame,
  creditFrame,
  pieceFrame,
  readFrame,
  REFUSALS,
  refusedFrame,
  resultFrame,
  stderrFrame,
} from "../../../src/adapters/nats/frames.ts";

const PIECE = new Uint8Array([7, 8, 9]);

Deno.test("readFrame reads what was written", () => {
  assertEquals(readFrame(callFrame(5_000, 0xffffffff, true, PIECE)), {
    kind: "Call",
    budgetMs: 5_000,
    totalBytes: 0xffffffff,
    wantsStderr: true,
    piece: PIECE,
  });
  assertEquals(readFrame(pieceFrame(3, PIECE)), {
    kind: "Piece",
    number: 3,
    piece: PIECE,
  });
  assertEquals(readFrame(creditFrame(9)), { kind: "Credit", pieces: 9 });
  assertEquals(readFrame(aliveFrame(8)), { kind: "Alive", pieces: 8 });
  assertEquals(readFrame(cancelFrame()), { kind: "Cancel" });
  assertEquals(readFrame(refusedFrame(REFUSALS.Busy, "full")), {
    kind: "Refused",
    reason: REFUSALS.Busy,
    why: "full",
  });
  assertEquals(readFrame(resultFrame(3, PIECE)), {
    kind: "Result",
    totalBytes: 3,
    piece: PIECE,
  });
  assertEquals(readFrame(stderrFrame(PIECE)), { kind: "Stderr", piece: PIECE });
});

Deno.test("readFrame knows no message that is cut off, too long or of another kind", () => {
  const frames = [
    callFrame(1, 2, false, new Uint8Array()),
    pieceFrame(1, new Uint8Array()),
    creditFrame(1),
    aliveFrame(1),
    cancelFrame(),
    resultFrame(1, new Uint8Array()),
  ];
  for (const frame of frames) {
    for (let length = 0; length < frame.length; length++) {
      assertEquals(readFrame(frame.subarray(0, length)), undefined);
    }
    assertEquals(
      readFrame(new Uint8Array([2, ...frame.subarray(1)])),
      undefined,
    );
  }
  for (const frame of [creditFrame(1), aliveFrame(1), cancelFrame()]) {
    assertEquals(readFrame(new Uint8Array([...frame, 0])), undefined);
  }
  for (const kind of [0, 9, 255]) {
    assertEquals(readFrame(new Uint8Array([1, kind, ...PIECE])), undefined);
  }
  assertEquals(readFrame(new Uint8Array([1, 6, 0, 65])), undefined);
  assertEquals(readFrame(new Uint8Array([1, 6, 5, 65])), undefined);
});

Deno.test("refusedFrame and readFrame cut what is long", () => {
  const frame = refusedFrame(REFUSALS.TooLarge, "é".repeat(10_000));
  assert(frame.length <= 503);
  const long = new Uint8Array(100_000).fill(65);
  long.set([1, 6, REFUSALS.Busy]);
  const read = readFrame(long);
  assert(read?.kind === "Refused" && read.why.length === 500);
});

Deno.test("readFrame takes any bytes", () => {
  for (let i = 0; i < 20_000; i++) {
    const bytes = crypto.getRandomValues(new Uint8Array(i % 20));
    if (bytes.length > 1) bytes.set([1, i % 10]);
    readFrame(bytes);
  }
});
