/** Refuses, at import, Deno versions on which calls would hang. */

/**
 * The first version in which a fulfilled `Atomics.waitAsync` wakes the event
 * loop.
 */
const OLDEST = [2, 7, 6] as const;

/**
 * Why a version of Deno is not supported, or undefined.
 *
 * @param version The value of `Deno.version.deno`; undefined outside of Deno.
 */
export function versionProblem(
  version: string | undefined,
): string | undefined {
  const needed = `@cortexai/sandbox needs Deno ${OLDEST.join(".")} or later`;
  if (version === undefined) return `${needed}, and this is not Deno`;
  return isOlder(version)
    ? `${needed}, this is ${version}: run "deno upgrade"`
    : undefined;
}

function isOlder(version: string): boolean {
  const parts = version.split(".").map((part) => Number.parseInt(part, 10));
  for (const [index, oldest] of OLDEST.entries()) {
    const part = parts[index] ?? 0;
    if (part !== oldest) return part < oldest;
  }
  return false;
}

const problem = versionProblem(
  (globalThis as { readonly Deno?: typeof Deno }).Deno?.version.deno,
);
if (problem !== undefined) throw new Error(problem);
