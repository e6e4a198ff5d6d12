/** The tools that programs get in every package. */

/** What programs may call; arguments are theirs. */
export const OFFERED_TOOLS: Readonly<
  Record<string, (args: Record<string, number>) => unknown>
> = {
  add: ({ a = 0, b = 0 }) => a + b,
  keys: (args) => Object.keys(args ?? {}).join(),
  never: () => new Promise(() => {}),
};
