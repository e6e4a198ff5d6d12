import { assertEquals, assertRejects } from "@std/assert";
import { countMemory, LookUps } from "../../../src/channel/look_ups.ts";
import {
  MAX_OF_ONE_NAME,
  MAX_OF_ONE_SANDBOX,
  MAX_OF_PROCESS,
  NameSlots,
} from "../../../src/network/http/name_slots.ts";

/** A sandbox's turns; those of one process are given its memory. */
function sandbox(process: SharedArrayBuffer = countMemory()) {
  const lookUps = new LookUps({ process, own: countMemory() });
  return { slots: new NameSlots(lookUps), lookUps };
}

const never = new AbortController().signal;
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Names whose look-ups are never answered, until all of them are. */
class Silent {
  /** Those that have begun, by name. */
  readonly begun: string[] = [];
  readonly #end = Promise.withResolvers<void>();
  readonly #running: Promise<void>[] = [];

  ask(slots: NameSlots, name: string, times: number, signal = never): void {
    const act = () => {
      this.begun.push(name);
      return this.#end.promise;
    };
    for (let i = 0; i < times; i++) {
      this.#running.push(slots.run(name, signal, act, () => {}));
    }
  }

  async answer(): Promise<void> {
    this.#end.resolve();
    await Promise.allSettled(this.#running);
  }
}

Deno.test("NameSlots lets a name have so many turns, and no other wait for them", async () => {
  const { slots } = sandbox();
  const acts: PromiseWithResolvers<string>[] = [];
  const act = () => {
    acts.push(Promise.withResolvers());
    return acts.at(-1)!.promise;
  };
  const late: string[] = [];
  const note = (result: string) => late.push(result);
  const abort = new AbortController();
  const stuck = Array.from(
    { length: MAX_OF_ONE_NAME },
    () => slots.run("stuck.test", abort.signal, act, note),
  );
  const waiting = slots.run("stuck.test", never, act, note);
  await settled();
  assertEquals(acts.length, MAX_OF_ONE_NAME);
  const other = slots.run(
    "sound.test",
    never,
    () => Promise.resolve("s"),
    note,
  );
  assertEquals(await other, "s");

  // Nobody waits for them any more, but they still have their turns.
  abort.abort(new Error("enough"));
  for (const one of stuck) await assertRejects(() => one, Error, "enough");
  await settled();
  assertEquals(acts.length, MAX_OF_ONE_NAME);
  acts[0]!.resolve("late");
  await settled();
  assertEquals(late, ["late"]);
  assertEquals(acts.length, MAX_OF_ONE_NAME + 1);
  acts.at(-1)!.resolve("in turn");
  assertEquals(await waiting, "in turn");
  acts.forEach(({ resolve }) => resolve("end"));
  await settled();
});

Deno.test("NameSlots leaves a turn to a sound name, however many others are silent", async () => {
  const { slots } = sandbox();
  const silent = new Silent();
  for (const name of ["a", "b", "c"]) silent.ask(slots, name, 20);
  await settled();
  assertEquals(silent.begun.length, MAX_OF_ONE_SANDBOX);
  const answer = () => Promise.resolve("answer");
  assertEquals(await slots.run("sound", never, answer, () => {}), "answer");
  await silent.answer();
  assertEquals(silent.begun.length, 60);
});

Deno.test("NameSlots leaves a turn to a sound sandbox, however many others are silent", async () => {
  const memory = countMemory();
  const silent = new Silent();
  for (const _ of [1, 2, 3, 4]) {
    const { slots } = sandbox(memory);
    for (const name of ["a", "b", "c"]) silent.ask(slots, name, 20);
  }
  await settled();
  // The last ones have one each, that their own first name was left.
  assertEquals(silent.begun.length, MAX_OF_PROCESS + 2);
  const { slots: sound } = sandbox(memory);
  const answer = () => Promise.resolve("answer");
  assertEquals(await sound.run("sound", never, answer, () => {}), "answer");
  const second = sound.run("sound", never, answer, () => {});
  assertEquals(await second, "answer");
  await silent.answer();
  assertEquals(silent.begun.length, 240);
  assertEquals(new Int32Array(memory)[0], 0);
});

Deno.test("NameSlots has the turns back of a sandbox that ended in the middle", async () => {
  const memory = countMemory();
  const { slots, lookUps } = sandbox(memory);
  const silent = new Silent();
  silent.ask(slots, "a", MAX_OF_ONE_NAME);
  await settled();
  assertEquals(new Int32Array(memory)[0], MAX_OF_ONE_NAME);
  lookUps.end();
  assertEquals(new Int32Array(memory)[0], 0);
  await silent.answer();
  assertEquals(new Int32Array(memory)[0], 0);
});

Deno.test("NameSlots forgets who gives up while waiting", async () => {
  const { slots } = sandbox();
  const silent = new Silent();
  silent.ask(slots, "a.test", MAX_OF_ONE_NAME);
  const abort = new AbortController();
  const waiting = slots.run("a.test", abort.signal, () => {
    throw new Error("its turn never comes");
  }, () => {});
  abort.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  await silent.answer();
  const again = () => Promise.resolve("again");
  assertEquals(await slots.run("a.test", never, again, () => {}), "again");
});
