/** Serves calls from the channel, each with a fresh instance. */

import type { HttpBuffers } from "../channel/http_layout.ts";
import { Turn } from "../channel/layout.ts";
import type { InstancePlan } from "../channel/messages.ts";
import { ExecutionFailed } from "../errors.ts";
import type { CallContext } from "./call_context.ts";
import { GuestCall } from "./guest_call.ts";
import type { LoadedModule } from "./instance.ts";
import { loadFamilies } from "./loaded_families.ts";
import { MemoryReserve } from "./memory_reserve.ts";

/** Serves the calls of one worker. */
export class GuestServer {
  #context: CallContext;
  readonly #modules = new Map<number, LoadedModule>();

  constructor(context: CallContext) {
    this.#context = context;
  }

  /**
   * Connects the calls from now on to the network. The code for it is loaded
   * here, as few workers ever need it.
   */
  async connect(buffers: HttpBuffers): Promise<void> {
    const { HttpGuestEnd } = await import("../channel/http_guest_end.ts");
    const network = new HttpGuestEnd(buffers, this.#context.stopPage);
    this.#context = { ...this.#context, network };
  }

  /** Makes a module known, so that requests can name it. */
  async add(
    id: number,
    module: WebAssembly.Module,
    plan: InstancePlan,
  ): Promise<void> {
    const families = await loadFamilies(plan.families);
    const reserve = new MemoryReserve(plan);
    this.#modules.set(id, { module, plan, reserve, families });
  }

  /** Drops modules that no request will name any more. */
  remove(ids: readonly number[]): void {
    for (const id of ids) this.#modules.delete(id);
  }

  /** Serves until the host wants something else, and says what. */
  serve(): Turn {
    for (;;) {
      const turn = this.#context.channel.next();
      if (turn !== Turn.Call) return turn;
      this.#serveCall();
    }
  }

  #serveCall(): void {
    const { channel } = this.#context;
    const request = channel.request();
    const call = new GuestCall(request, this.#context);
    const answer = call.run(this.#modules.get(request.module));
    if (!channel.answer(answer)) {
      const tooLarge = new ExecutionFailed(
        "Answer does not fit into the channel",
      );
      channel.answer(call.failure(tooLarge));
    }
    call.end();
  }
}
