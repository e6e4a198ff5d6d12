/** Serves calls from the channel, each with a fresh instance or a kept one. */

import type { HttpBuffers } from "../contract/shared_buffers.ts";
import { type CallAnswer, Op, Status, Turn } from "../channel/layout.ts";
import type {
  KeptState,
  ModuleMessage,
  SessionMessage,
} from "../contract/guest_messages.ts";
import type { StateImage } from "../contract/state_image.ts";
import { ExecutionFailed } from "../errors.ts";
import type { CallContext } from "./call_context.ts";
import { GuestCall } from "./guest_call.ts";
import type { LoadedModule } from "./loaded_module.ts";
import { type LoadedFamilies, loadFamilies } from "./loaded_families.ts";
import { KeptInstance } from "./kept/kept_instance.ts";
import { SessionState } from "./kept/session_state.ts";
import { planCall } from "./planned_call.ts";
import { MemoryReserve } from "./memory_reserve.ts";

const NOTHING: Uint8Array = new Uint8Array();

/** Serves the calls of one worker. */
export class GuestServer {
  #context: CallContext;
  readonly #modules = new Map<number, LoadedModule>();

  constructor(context: CallContext) {
    this.#context = context;
  }

  /**
   * Connects later calls to the network. Loads its code here, as few workers
   * need it.
   */
  async connect(buffers: HttpBuffers): Promise<void> {
    const { HttpGuestEnd } = await import("../channel/http_guest_end.ts");
    const { stopPage, channel } = this.#context;
    const network = new HttpGuestEnd(
      buffers,
      stopPage,
      () => channel.questions.ask("network", NOTHING),
    );
    this.#context = { ...this.#context, network };
  }

  /** Registers a module, so that requests can refer to it. */
  async add({ id, module, plan, kept }: ModuleMessage): Promise<void> {
    const families = await this.#load(plan.families);
    const reserve = new MemoryReserve(plan);
    const loaded = { module, plan, reserve, families };
    const instance = kept && this.#keep({ module, plan }, kept);
    this.#modules.set(id, instance ? { ...loaded, kept: instance } : loaded);
  }

  /** Opens a session, so that requests can refer to it. */
  async open(message: SessionMessage): Promise<void> {
    const { id, module, plan, kept, meta, bundle, rollsBack } = message;
    const families = await this.#load(plan.families);
    const reserve = new MemoryReserve(plan);
    const setup = { op: Op.Start, module: id, meta, payload: bundle };
    this.#modules.set(id, {
      module,
      plan,
      reserve,
      families,
      kept: this.#keep({ module, plan }, kept),
      session: new SessionState(planCall(setup), rollsBack),
    });
  }

  /**
   * Saves the state of a session.
   *
   * @throws {ExecutionFailed} when some state can't be saved.
   */
  take(id: number): StateImage {
    const { kept, session, families } = this.#modules.get(id) ?? {};
    if (!kept || !session || !families) {
      throw new Error("Worker has no such session");
    }
    return session.take(kept, this.#context, families);
  }

  /** Drops modules that no request will refer to. */
  remove(ids: readonly number[]): void {
    for (const id of ids) {
      this.#modules.get(id)?.session?.close();
      this.#modules.delete(id);
    }
  }

  /** Serves calls until the host requests something else, and returns what. */
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
    const loaded = this.#modules.get(request.module);
    const call = new GuestCall(request, this.#context);
    let checkpoint: (() => void) | undefined;
    let answer: CallAnswer;
    try {
      checkpoint = loaded?.session
        ?.checkpoint(loaded.kept, this.#context, loaded.families);
      answer = call.run(loaded);
    } catch (error) {
      // Without a state to roll back to, the call must not begin.
      answer = call.failure(error);
    }
    const restored = loaded?.session ? undefined : loaded?.kept;
    // The value may be a view of the guest's memory, so it is copied out first.
    const last = () => {
      call.end();
      if (restored?.isSmall) restored.restore();
      else if (answer.status === Status.Error) checkpoint?.();
    };
    const settles = restored !== undefined && !restored.isSmall;
    if (!channel.answer(answer, last, settles)) {
      answer = call.failure(
        new ExecutionFailed("Answer does not fit into the channel"),
      );
      channel.answer(answer, last, settles);
    }
    if (settles) restored.restore();
  }

  #load(families: readonly string[]): Promise<LoadedFamilies> {
    const { directories } = this.#context.grants;
    return loadFamilies(families, directories.length > 0);
  }

  #keep(
    { module, plan }: Pick<ModuleMessage, "module" | "plan">,
    { image, copiers }: KeptState,
  ): KeptInstance {
    const stopPage = this.#context.stopPage.memory;
    return new KeptInstance({ module, plan, stopPage, copiers }, image);
  }
}
