import { assertEquals } from "@std/assert";
import { httpBuffers } from "../../src/channel/http_layout.ts";
import { HttpNetworkEnd } from "../../src/channel/http_network_end.ts";
import { DEFAULT_NETWORK_LIMITS } from "../../src/config/network_limits.ts";
import { Fetcher } from "../../src/network/fetcher.ts";
import { GuestSession } from "../../src/network/guest_session.ts";
import { StopPage } from "../../src/stop_page.ts";

Deno.test("A session that is ended waits for no bell, which would keep its memory", async () => {
  const limits = DEFAULT_NETWORK_LIMITS;
  const channel = new HttpNetworkEnd(httpBuffers(limits), new StopPage());
  const fetcher = new Fetcher({ hosts: [], secrets: [], limits });
  const session = new GuestSession(fetcher, channel);
  const serving = session.serve().then(() => "over");
  session.end();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => done("waits"), 2_000);
  });
  assertEquals(await Promise.race([serving, late]), "over");
  clearTimeout(timer);
});
