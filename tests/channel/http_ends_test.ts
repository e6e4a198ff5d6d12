import { assertEquals, assertThrows } from "@std/assert";
import { HttpGuestEnd } from "../../src/channel/http_guest_end.ts";
import { httpBuffers, HttpOp } from "../../src/channel/http_layout.ts";
import { HttpNetworkEnd } from "../../src/channel/http_network_end.ts";
import { GuestStopped, StopPage, StopReason } from "../../src/stop_page.ts";

/** Both ends in one thread; the guest is stopped, so that it waits for none. */
function stoppedEnds() {
  const page = new StopPage();
  page.stop(StopReason.Abort);
  const buffers = httpBuffers({
    requests: 32,
    headerBytes: 1024,
    requestBytes: 1024,
    responseBytes: 1024,
  });
  const guest = new HttpGuestEnd(buffers, page, () => {});
  const ask = (text: string) => {
    const head = new TextEncoder().encode(text);
    const question = { op: HttpOp.Request, handle: 0, head };
    assertThrows(
      () => guest.ask({ ...question, body: new Uint8Array() }),
      GuestStopped,
    );
  };
  return { guest, ask, network: new HttpNetworkEnd(buffers, page) };
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

Deno.test("A question whose call ended before it was seen is none of the next call's", () => {
  const { guest, ask, network } = stoppedEnds();
  ask("of the first call");
  guest.endCall();
  assertEquals(network.question(), undefined);
  ask("of the second call");
  const question = network.question();
  assertEquals(text(question?.head), "of the second call");
  assertEquals(question?.endedCalls, 1);
});

Deno.test("A question says of which call it is, also where the end before it was not seen", () => {
  const { guest, ask, network } = stoppedEnds();
  ask("of the first call");
  assertEquals(network.question()?.endedCalls, 0);
  guest.endCall();
  guest.endCall();
  ask("of the third call");
  const question = network.question();
  assertEquals([text(question?.head), question?.endedCalls], [
    "of the third call",
    2,
  ]);
  assertEquals(network.question(), undefined);
});
