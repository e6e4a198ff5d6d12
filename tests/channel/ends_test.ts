import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ExecutionFailed } from "../../src/errors.ts";
import { GuestEnd } from "../../src/channel/guest_end.ts";
import { HostEnd } from "../../src/channel/host_end.ts";
import {
  type CallAnswer,
  type CallRequest,
  Op,
  Status,
  Turn,
  Word,
} from "../../src/channel/layout.ts";
import { StopPage } from "../../src/stop_page.ts";

const BOUNDS = { maxRequestBytes: 200_000, maxAnswerBytes: 200_000 };
const ANSWER: CallAnswer = {
  status: Status.Value,
  value: new Uint8Array([1, 2, 3]),
  stdout: new Uint8Array([4]),
  stderr: new Uint8Array([5, 6]),
  isCut: true,
  files: new Uint8Array([7]),
  denied: new Uint8Array([7]),
  usage: {
    durationMs: 1.5,
    memoryBytes: 65_536,
    peakMemoryBytes: 65_537,
    fuelConsumed: 7n,
    restoreMs: 2.5,
  },
};

function pair() {
  const page = new StopPage();
  const host = new HostEnd(BOUNDS, page);
  return { host, guest: new GuestEnd(host.buffers, page) };
}

const REQUEST: CallRequest = {
  op: Op.Tool,
  module: 1,
  meta: "",
  payload: new Uint8Array(),
};

/** A pair whose guest has taken a call. */
function called() {
  const ends = pair();
  ends.host.call(REQUEST, false);
  assertEquals(ends.guest.next(), Turn.Call);
  ends.guest.request();
  return ends;
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
    assertEquals(host.isHostsTurn, true);
    assertEquals(await host.answer(), ANSWER);
  });

  it("grow for large payloads, up to their bounds", async () => {
    const { host, guest } = pair();
    const payload = new Uint8Array(150_000).fill(7);
    const request = { ...REQUEST, payload };
    host.call(request, false);
    assertEquals(guest.request().payload.slice(), payload);
    const tooLarge = { ...request, payload: new Uint8Array(200_001) };
    assertThrows(() => host.call(tooLarge, false), ExecutionFailed, "200000");
    assert(!guest.answer({ ...ANSWER, value: new Uint8Array(200_000) }));
    assert(guest.answer({ ...ANSWER, value: new Uint8Array(199_995) }));
    assertEquals((await host.answer())?.value.length, 199_995);
  });

  it("answer a copy that the guest can't change afterwards", async () => {
    const { host, guest } = called();
    guest.answer(ANSWER);
    const read = await host.answer();
    guest.answer({ ...ANSWER, value: new Uint8Array([9, 9, 9]) });
    assertEquals(read?.value, ANSWER.value);
  });

  it("refuse another version", () => {
    const page = new StopPage();
    const host = new HostEnd(BOUNDS, page);
    words(host)[Word.version] = 99;
    assertThrows(
      () => new GuestEnd(host.buffers, page),
      Error,
      "version is 99",
    );
  });

  it("carry a name with a byte order mark as it is", () => {
    const { host, guest } = pair();
    host.call({ ...REQUEST, meta: "\ufeffadd\ufeff" }, false);
    assertEquals(guest.request().meta, "\ufeffadd\ufeff");
  });

  it("either take a call or revoke it", () => {
    const { host, guest } = pair();
    host.call(REQUEST, false);
    assert(host.revoke());
    assert(host.revoke());
    assertEquals(guest.next(), Turn.Close);
    assert(!called().host.revoke());
  });

  it("ring the bell for the host, which may have come too late to hear it", async () => {
    const { host, guest } = called();
    const before = host.bell;
    const rung = host.rung(before);
    // The wait itself keeps nothing alive.
    const alive = setTimeout(() => {}, 5_000);
    guest.answer(ANSWER);
    await rung;
    clearTimeout(alive);
    assertEquals(host.rung(before), undefined);
  });
});

describe("HostEnd.answer refuses", () => {
  const answered = () => {
    const { host, guest } = called();
    guest.answer(ANSWER);
    return host;
  };

  it("another call's", async () => {
    const { host, guest } = called();
    guest.answer(ANSWER);
    assert(await host.answer());
    host.call(REQUEST, false);
    assertEquals(await host.answer(), undefined);
    // The turn alone does not make it an answer.
    guest.passBack();
    assertEquals(await host.answer(), undefined);
  });

  it("an unknown status", async () => {
    for (const status of [0, 3, -1]) {
      const host = answered();
      words(host)[Word.status] = status;
      assertEquals(await host.answer(), undefined);
    }
  });

  it("lengths that are negative, too large, or too large together", async () => {
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
        assertEquals(await host.answer(), undefined);
      }
    }
    const host = answered();
    words(host)[Word.stdoutBytes] = 2 ** 31 - 1;
    words(host)[Word.stderrBytes] = 2 ** 31 - 1;
    assertEquals(await host.answer(), undefined);
  });
});
