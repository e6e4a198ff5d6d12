/**
 * `@std/testing/bdd` where JSR can't be reached: npm has no copy of it, so this
 * maps the two functions that the tests use onto `Deno.test`.
 */

let current: { name: string; fn: () => void | Promise<void> }[] | undefined;

/** Groups the cases that `fn` declares under one test. */
export function describe(name: string, fn: () => void): void {
  if (current) throw new Error("describe is not nested in these tests");
  const cases: { name: string; fn: () => void | Promise<void> }[] = [];
  current = cases;
  try {
    fn();
  } finally {
    current = undefined;
  }
  Deno.test(name, async (t) => {
    for (const { name, fn } of cases) {
      await t.step(name, async () => await fn());
    }
  });
}

/** Declares a case, inside a group or on its own. */
export function it(name: string, fn: () => void | Promise<void>): void {
  if (current) current.push({ name, fn });
  else Deno.test(name, async () => await fn());
}
