import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { GuestEnd } from "../../src/channel/guest_end.ts";
import { HostEnd } from "../../src/channel/host_end.ts";
import { Op, Status, Turn, Word } from "../../src/channel/layout.ts";

const BOUNDS = { maxRequestBytes: 200_000, maxAnswerBytes: 200_000 };
const NONE = new Uint8Array();
const USAGE = { durationMs: 1.5, memoryBytes: 65_536, fuelConsumed: 7n };

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
    host.call({ op: Op.Tool, module: 3, name: "naïve", payload }, true);
    assertEquals(host.isHostsTurn, false);
    assertEquals(guest.next(), Turn.Call);
    const request = guest.request();
    assertEquals(request.op, Op.Tool);
    assertEquals(request.module, 3);
    assertEquals(request.name, "naïve");
    assertEquals(request.payload.slice(), payload);

    const value = new Uint8Array([1, 2, 3]);
    const stdout = new Uint8Array([4]);
    const stderr = new Uint8Array([5, 6]);
    guest.answer({ status: Status.Value, value, stdout, stderr, usage: USAGE });
    await host.turnBack();
    assertEquals(host.answer(), {
      status: Status.Value,
      value,
      stdout,
      stderr,
      usage: USAGE,
    });
  });

  it("grow for large payloads, up to their bounds", () => {
    const { host, guest } = pair();
    const payload = new Uint8Array(150_000).fill(7);
    const request = { op: Op.Tool, module: 1, name: "", payload };
    host.call(request, false);
    assertEquals(guest.request().payload.slice(), payload);
    assert(guest.fits(200_000));
    assert(!guest.fits(200_001));
    const tooLarge = { ...request, payload: new Uint8Array(200_001) };
    assertThrows(() => host.call(tooLarge, false), RangeError, "200000");
  });

  it("answer a copy that the guest can't change afterwards", () => {
    const { host, guest } = pair();
    const value = new Uint8Array([1]);
    const answer = {
      status: Status.Value,
      value,
      stdout: NONE,
      stderr: NONE,
      usage: USAGE,
    };
    guest.answer(answer);
    const read = host.answer();
    guest.answer({ ...answer, value: new Uint8Array([9]) });
    assertEquals(read?.value, value);
  });

  it("refuse another version", () => {
    const host = new HostEnd(BOUNDS);
    words(host)[Word.version] = 99;
    assertThrows(() => new GuestEnd(host.buffers), Error, "version is 99");
  });
});

describe("HostEnd.answer refuses", () => {
  const answered = () => {
    const { host, guest } = pair();
    guest.answer({
      status: Status.Value,
      value: new Uint8Array(10),
      stdout: NONE,
      stderr: NONE,
      usage: USAGE,
    });
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
    for (const word of [Word.valueBytes, Word.stdoutBytes, Word.stderrBytes]) {
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
