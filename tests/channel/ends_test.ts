import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { GuestEnd } from "../../src/channel/guest_end.ts";
import { HostEnd } from "../../src/channel/host_end.ts";
import {
  Ask,
  type CallAnswer,
  Op,
  Status,
  Turn,
  Word,
} from "../../src/channel/layout.ts";
import { GuestStopped, StopPage, StopReason } from "../../src/stop_page.ts";

const BOUNDS = { maxRequestBytes: 200_000, maxAnswerBytes: 200_000 };
const ANSWER: CallAnswer = {
  status: Status.Value,
  value: new Uint8Array([1, 2, 3]),
  stdout: new Uint8Array([4]),
  stderr: new Uint8Array([5, 6]),
  isCut: true,
  files: new Uint8Array([7]),
  denied: new Uint8Array([7]),
  usage: { durationMs: 1.5, memoryBytes: 65_536, fuelConsumed: 7n },
};

function pair() {
  const host = new HostEnd(BOUNDS);
  return { host, guest: new GuestEnd(host.buffers) };
}

function words(host: HostEnd) {
  return new Int32Array(host.buffers.header);
}

describe("HostEnd and GuestEnd", () => {
  it("carry a request and its answer", async () => {
    const { host, guest } = pair();
    const payload = new TextEncoder().encode('{"text":"hi"}');
    host.call({ op: Op.Tool, module: 3, meta: "naïve", payload }, true);
    assertEquals(host.isHostsTurn, false);
    assertEquals(guest.next(), Turn.Call);
    const request = guest.request();
    assertEquals(request.op, Op.Tool);
    assertEquals(request.module, 3);
    assertEquals(request.meta, "naïve");
    assertEquals(request.payload.slice(), payload);

    assert(guest.answer(ANSWER));
    assertEquals(await host.turnBack(), Turn.Host);
    assertEquals(host.answer(), ANSWER);
  });

  it("grow for large payloads, up to their bounds", () => {
    const { host, guest } = pair();
    const payload = new Uint8Array(150_000).fill(7);
    const request = { op: Op.Tool, module: 1, meta: "", payload };
    host.call(request, false);
    assertEquals(guest.request().payload.slice(), payload);
    const tooLarge = { ...request, payload: new Uint8Array(200_001) };
    assertThrows(() => host.call(tooLarge, false), RangeError, "200000");
    assert(!guest.answer({ ...ANSWER, value: new Uint8Array(200_000) }));
    assert(guest.answer({ ...ANSWER, value: new Uint8Array(199_995) }));
    assertEquals(host.answer()?.value.length, 199_995);
  });

  it("answer a copy that the guest can't change afterwards", () => {
    const { host, guest } = pair();
    guest.answer(ANSWER);
    const read = host.answer();
    guest.answer({ ...ANSWER, value: new Uint8Array([9, 9, 9]) });
    assertEquals(read?.value, ANSWER.value);
  });

  it("refuse another version", () => {
    const host = new HostEnd(BOUNDS);
    words(host)[Word.version] = 99;
    assertThrows(() => new GuestEnd(host.buffers), Error, "version is 99");
  });
});

describe("A question", () => {
  /** Replies from the thread that asks, as soon as it looks whether to wait. */
  class RepliedPage extends StopPage {
    onLook: () => void = () => {};
    override waitUntil(ready: () => boolean): boolean {
      this.onLook();
      return super.waitUntil(ready, 1000);
    }
  }

  it("is copied out, replied to and read", () => {
    const { host, guest } = pair();
    const page = new RepliedPage();
    const payload = new Uint8Array([1, 2]);
    page.onLook = () => {
      assertEquals(host.question(), { kind: Ask.Stdin, payload });
      host.reply({ value: 3, payload: new Uint8Array([7, 8, 9]) });
    };
    const reply = guest.ask(Ask.Stdin, payload, page);
    assertEquals(reply.value, 3);
    assertEquals(reply.payload?.slice(0, 3), new Uint8Array([7, 8, 9]));
  });

  it("ends when the guest is stopped, and is not replied to any more", async () => {
    const { host, guest } = pair();
    const page = new RepliedPage();
    page.onLook = () => page.stop(StopReason.Abort);
    assertThrows(
      () => guest.ask(Ask.Stdout, new Uint8Array(1), page),
      GuestStopped,
    );
    guest.answer(ANSWER);
    await host.questionWithdrawn();
    host.reply({ value: 1 });
    assertEquals(await host.turnBack(), Turn.Host);
  });

  it("of an unknown kind or an impossible length is none", () => {
    const { host } = pair();
    for (
      const [kind, bytes] of [[0, 0], [99, 0], [-1, 0], [1, -1], [1, 2 ** 30]]
    ) {
      words(host)[Word.ask] = kind!;
      words(host)[Word.askedBytes] = bytes!;
      assertEquals(host.question(), undefined);
    }
  });
});

describe("HostEnd.answer refuses", () => {
  const answered = () => {
    const { host, guest } = pair();
    guest.answer(ANSWER);
    return host;
  };

  it("an unknown status", () => {
    for (const status of [0, 3, -1]) {
      const host = answered();
      words(host)[Word.status] = status;
      assertEquals(host.answer(), undefined);
    }
  });

  it("lengths that are negative, too large, or too large together", () => {
    const sections = [
      Word.valueBytes,
      Word.stdoutBytes,
      Word.stderrBytes,
      Word.filesBytes,
    ];
    for (const word of sections) {
      for (const length of [-1, -(2 ** 31), 2 ** 31 - 1, 65_537]) {
        const host = answered();
        words(host)[word] = length;
        assertEquals(host.answer(), undefined);
      }
    }
    const host = answered();
    words(host)[Word.stdoutBytes] = 2 ** 31 - 1;
    words(host)[Word.stderrBytes] = 2 ** 31 - 1;
    assertEquals(host.answer(), undefined);
  });
});
