/** Serves calls from the channel, each with a fresh instance. */

import { encodeErrorRecord } from "../channel/error_record.ts";
import type { GuestEnd } from "../channel/guest_end.ts";
import { type CallRequest, Op, Status, Turn } from "../channel/layout.ts";
import { ExecutionFailed } from "../errors.ts";
import { GuestStopped, type StopPage, StopReason } from "../stop_page.ts";
import { describeFailure } from "./failure.ts";
import { GuestInstance, type LoadedModule } from "./instance.ts";
import { callNumeric } from "./numeric_abi.ts";
import { callExecute, callSchema } from "./tool_abi.ts";

const NOTHING = new Uint8Array();

/** Serves the calls of one worker. */
export class GuestServer {
  readonly #channel: GuestEnd;
  readonly #stopPage: StopPage;
  readonly #maxResultBytes: number;
  readonly #modules = new Map<number, LoadedModule>();

  constructor(channel: GuestEnd, stopPage: StopPage, maxResultBytes: number) {
    this.#channel = channel;
    this.#stopPage = stopPage;
    this.#maxResultBytes = maxResultBytes;
  }

  /** Makes a module known, so that requests can name it. */
  add(id: number, loaded: LoadedModule): void {
    this.#modules.set(id, loaded);
  }

  /** Forgets a module. */
  forget(id: number): void {
    this.#modules.delete(id);
  }

  /** Serves until the host wants something else, and says what. */
  serve(): Turn {
    for (;;) {
      const turn = this.#channel.next();
      if (turn !== Turn.Call) return turn;
      this.#call(this.#channel.request());
    }
  }

  #call(request: CallRequest): void {
    const start = performance.now();
    let guest: GuestInstance | undefined;
    let status: Status = Status.Value;
    let value: Uint8Array = NOTHING;
    try {
      const loaded = this.#modules.get(request.module);
      if (!loaded) throw new ExecutionFailed("Module is not known here");
      guest = new GuestInstance(loaded, this.#stopPage.memory);
      guest.start();
      value = this.#run(guest, request, loaded);
      // A guest can catch what an import throws, and return all the same.
      if (this.#stopPage.reason !== StopReason.Running) {
        throw new GuestStopped();
      }
    } catch (error) {
      status = Status.Error;
      value = encodeErrorRecord(describeFailure(error, this.#stopPage, guest));
    }
    this.#channel.answer({
      status,
      value,
      stdout: NOTHING,
      stderr: NOTHING,
      usage: {
        durationMs: performance.now() - start,
        memoryBytes: guest?.memoryBytes ?? 0,
        fuelConsumed: guest?.fuelConsumed ?? 0n,
      },
    });
  }

  #run(guest: GuestInstance, request: CallRequest, loaded: LoadedModule) {
    switch (request.op) {
      case Op.Schema:
        return callSchema(guest, this.#maxResultBytes);
      case Op.Tool:
        return callExecute(guest, request.payload, this.#maxResultBytes);
      case Op.Numeric: {
        const { name, payload } = request;
        const results = loaded.plan.results[name] ?? [];
        return callNumeric(guest, name, payload, results);
      }
    }
  }
}
