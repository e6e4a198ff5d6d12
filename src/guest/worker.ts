/**
 * Entry point of a guest worker. It alternates between two states: handling
 * messages in the event loop, and serving calls from shared memory with the
 * thread blocked. It starts with messages, and the channel says when to switch.
 */

import { GuestEnd } from "../channel/guest_end.ts";
import { Turn } from "../channel/layout.ts";
import type { GuestMessage, HostMessage } from "../contract/guest_messages.ts";
import { StopPage } from "../stop_page.ts";
import { GuestServer } from "./server.ts";

/** The part of the worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<GuestMessage>) => void) | null;
  postMessage(message: HostMessage): void;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;

let server: GuestServer | undefined;
let channel: GuestEnd | undefined;

// One message at a time: serving blocks the thread, so it must not begin before
// the messages that it depends on have been handled.
let dealing: Promise<void> = Promise.resolve();
scope.onmessage = ({ data }) => {
  dealing = dealing.then(() => deal(data));
};

async function deal(data: GuestMessage): Promise<void> {
  switch (data.type) {
    case "start": {
      const stopPage = new StopPage(data.stopPage);
      channel = new GuestEnd(data.buffers, stopPage);
      server = new GuestServer({
        channel,
        stopPage,
        grants: data.grants,
        maxResultBytes: data.maxResultBytes,
      });
      scope.postMessage({ type: "ready" });
      break;
    }
    case "module":
      await server?.add(data);
      break;
    case "session":
      await server?.open(data);
      break;
    case "take":
      take(data.id);
      break;
    case "forget":
      server?.remove(data.ids);
      break;
    case "network":
      await server?.connect(data.buffers);
      break;
  }
  serve();
}

function take(id: number): void {
  try {
    const image = server!.take(id);
    scope.postMessage({ type: "taken", image });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    scope.postMessage({ type: "not taken", reason });
  }
}

function serve(): void {
  if (!server || !channel) return;
  if (server.serve() === Turn.Mail) {
    channel.passBack();
  } else {
    scope.postMessage({ type: "closed" });
    scope.close();
  }
}
