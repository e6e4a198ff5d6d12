import { assertGreater } from "@std/assert";
import { checkStackRoom } from "../../../src/imports/wasi/stack_room.ts";

Deno.test("checkStackRoom fails while there is room for much else", () => {
  const framesThen = goDown();
  assertGreater(framesThen, 100);
});

/** How many frames there is room for where the check fails first. */
function goDown(): number {
  let fails = false;
  try {
    checkStackRoom();
  } catch {
    fails = true;
  }
  return fails ? framesLeft() : goDown();
}

/** A function that was not called before, and so has to be compiled. */
function framesLeft(): number {
  try {
    return framesLeft() + 1;
  } catch {
    return 0;
  }
}
