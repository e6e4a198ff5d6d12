/** Refuses Deno versions on which calls would hang, when this is imported. */

/** The first one whose event loop a fulfilled `Atomics.waitAsync` wakes. */
const OLDEST = [2, 7, 6] as const;

/**
 * What is wrong with a version of Deno, or undefined.
 *
 * @param version What `Deno.version.deno` says, undefined outside of Deno.
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
