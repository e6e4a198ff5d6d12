/** Workers that misbehave, in place of those that the host starts. */

import { Turn, Word } from "../../src/channel/layout.ts";
import type {
  GuestMessage,
  HostMessage,
} from "../../src/contract/guest_messages.ts";
import type {
  WatchdogMessage,
  WatchdogReport,
} from "../../src/host/watchdog/watchdog_page.ts";

const SRC = new URL("../../src/", import.meta.url);
/** The entries of the workers that can be replaced. */
export const ENTRY: { readonly guest: string; readonly watchdog: string } = {
  guest: new URL("guest/worker.ts", SRC).href,
  watchdog: new URL("host/watchdog/watchdog_worker.ts", SRC).href,
};

/** What the host uses of a worker. */
abstract class FakeWorker<In, Out> {
  onmessage: ((event: { data: Out }) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;

  abstract postMessage(message: In): void;

  terminate(): void {}

  protected send(data: Out): void {
    queueMicrotask(() => this.onmessage?.({ data }));
  }

  protected fail(message: string): void {
    const event = new ErrorEvent("error", { message });
    queueMicrotask(() => this.onerror?.(event));
  }
}

/** A guest worker that starts, and then takes no turn. */
export class DeafWorker extends FakeWorker<GuestMessage, HostMessage> {
  protected words: Int32Array<SharedArrayBuffer> | undefined;

  override postMessage(message: GuestMessage): void {
    if (message.type !== "start") return this.onModule();
    this.words = new Int32Array(message.buffers.header);
    this.send({ type: "ready" });
  }

  protected onModule(): void {}

  /** Passes the turn back whenever it is not the host's. */
  protected passBack(onTurn: (turn: number) => boolean): void {
    const words = this.words!;
    const timer = setInterval(() => {
      const turn = Atomics.load(words, Word.turn);
      if (turn === Turn.Host) return;
      if (!onTurn(turn)) return clearInterval(timer);
      Atomics.store(words, Word.turn, Turn.Host);
      Atomics.add(words, Word.bell, 1);
      Atomics.notify(words, Word.bell);
    });
  }
}

/** A guest worker whose thread fails when it is given a module. */
export class FailingWorker extends DeafWorker {
  protected override onModule(): void {
    this.fail("no luck");
  }
}

/** A guest worker that reads its messages, and takes no call. */
export class IdleWorker extends DeafWorker {
  protected override onModule(): void {
    this.passBack((turn) => turn === Turn.Mail);
  }
}

/** A guest worker that takes a call and never answers it. */
export class SilentWorker extends DeafWorker {
  protected override onModule(): void {
    this.passBack((turn) => {
      if (turn === Turn.Mail) return true;
      Atomics.store(this.words!, Word.turn, Turn.Taken);
      return false;
    });
  }
}

/** A guest worker that takes a call, and whose thread then fails. */
export class BreakingWorker extends DeafWorker {
  protected override onModule(): void {
    this.passBack((turn) => {
      if (turn === Turn.Mail) return true;
      Atomics.store(this.words!, Word.turn, Turn.Taken);
      this.fail("broke down");
      return false;
    });
  }
}

/** A guest worker that answers every call with what can't be. */
export class LyingWorker extends DeafWorker {
  protected override onModule(): void {
    const words = this.words!;
    this.passBack((turn) => {
      if (turn === Turn.Mail) return true;
      words[Word.answeredCall] = words[Word.call]!;
      words[Word.status] = 1;
      words[Word.valueBytes] = 2 ** 31 - 1;
      return true;
    });
  }
}

/** A watchdog that never looks. */
export class SleepingWatchdog
  extends FakeWorker<WatchdogMessage, WatchdogReport> {
  override postMessage(_: WatchdogMessage): void {}
}

/** A watchdog whose thread fails as soon as it has something to watch. */
export class FailingWatchdog extends SleepingWatchdog {
  override postMessage(message: WatchdogMessage): void {
    super.postMessage(message);
    if (message.type === "watch") this.fail("out of order");
  }
}

/** What stands for the workers of an entry, and for how many of them. */
export interface FakePlan {
  readonly entry: string;
  readonly Fake: new () => object;
  readonly count: number;
}

/** Lets fakes stand for the first workers of an entry that are started. */
export async function withFakes(
  { entry, Fake, count }: FakePlan,
  use: () => Promise<void>,
): Promise<void> {
  let left = count;
  await replacingWorkers(
    (url, start) => url === entry && left-- > 0 ? new Fake() : start(),
    use,
  );
}

/** Hands the workers of an entry to a test, as they are started. */
export async function withSeen(
  entry: string,
  use: (seen: readonly Worker[]) => Promise<void>,
): Promise<void> {
  const seen: Worker[] = [];
  await replacingWorkers((url, start) => {
    const worker = start();
    if (url === entry) seen.push(worker);
    return worker;
  }, () => use(seen));
}

async function replacingWorkers(
  make: (url: string, start: () => Worker) => object,
  use: () => Promise<void>,
): Promise<void> {
  const Real = globalThis.Worker;
  globalThis.Worker = new Proxy(Real, {
    construct: (target, args) =>
      make(String(args[0]), () => Reflect.construct(target, args)),
  });
  try {
    await use();
  } finally {
    globalThis.Worker = Real;
  }
}
