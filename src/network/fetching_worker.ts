/**
 * Entry point of the fetching worker: only it has network permission, and the
 * secrets. Guest workers send it requests through shared memory.
 */

import { HttpNetworkEnd } from "../channel/http_network_end.ts";
import { LookUps } from "../channel/look_ups.ts";
import type {
  NetworkMessage,
  NetworkReport,
} from "../contract/network_messages.ts";
import { StopPage } from "../stop_page.ts";
import { Fetcher } from "./fetcher.ts";
import { DENO_SYSTEM, dialWith } from "./http/dial.ts";
import { GuestSession } from "./guest_session.ts";

/** The part of the worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<NetworkMessage>) => void) | null;
  postMessage(message: NetworkReport): void;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;

const sessions = new Map<number, GuestSession>();
let fetcher: Fetcher | undefined;

scope.onmessage = ({ data }) => {
  switch (data.type) {
    case "start":
      fetcher = new Fetcher(
        data.grants,
        dialWith(DENO_SYSTEM, new LookUps(data.lookUps)),
      );
      break;
    case "connect":
      connect(fetcher!, data);
      break;
    case "disconnect":
      sessions.get(data.id)?.end();
      sessions.delete(data.id);
      break;
    case "close":
      for (const session of sessions.values()) session.end();
      fetcher?.close();
      scope.postMessage({ type: "closed" });
      scope.close();
  }
};

function connect(
  fetcher: Fetcher,
  { id, buffers, stopPage }: Extract<NetworkMessage, { type: "connect" }>,
): void {
  const channel = new HttpNetworkEnd(buffers, new StopPage(stopPage));
  const session = new GuestSession(fetcher, channel);
  sessions.set(id, session);
  void session.serve();
}
