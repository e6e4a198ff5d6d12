import { assertEquals, assertRejects } from "@std/assert";
import {
  MAX_OF_ONE_NAME,
  NameSlots,
} from "../../../src/network/http/name_slots.ts";

const never = new AbortController().signal;

Deno.test("NameSlots lets a name have so many turns, and no other wait for them", async () => {
  const slots = new NameSlots();
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
  await new Promise((resolve) => setTimeout(resolve, 0));
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
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(acts.length, MAX_OF_ONE_NAME);
  acts[0]!.resolve("late");
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(late, ["late"]);
  assertEquals(acts.length, MAX_OF_ONE_NAME + 1);
  acts.at(-1)!.resolve("in turn");
  assertEquals(await waiting, "in turn");
});

Deno.test("NameSlots forgets who gives up while waiting", async () => {
  const slots = new NameSlots();
  const first = Array.from(
    { length: MAX_OF_ONE_NAME },
    () => Promise.withResolvers<number>(),
  );
  const running = first.map(({ promise }) =>
    slots.run("a.test", never, () => promise, () => {})
  );
  const abort = new AbortController();
  const waiting = slots.run("a.test", abort.signal, () => {
    throw new Error("its turn never comes");
  }, () => {});
  abort.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  first.forEach(({ resolve }, at) => resolve(at));
  await Promise.all(running);
  const again = () => Promise.resolve("again");
  assertEquals(await slots.run("a.test", never, again, () => {}), "again");
});
