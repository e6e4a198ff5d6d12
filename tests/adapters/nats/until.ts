/** Waiting, in tests of processes. */

/** Resolves after so long. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until something holds, at most so long. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms: number = 20_000,
): Promise<void> {
  const late = performance.now() + ms;
  while (!await holds()) {
    if (performance.now() > late) throw new Error(`Not in ${ms} ms: ${what}`);
    await delay(10);
  }
}
