/** What was prepared when this was built, by `deno task bless`. */

/** The interpreter, and the limit that it was prepared for. */
export const BUILT = {
  bytes: 1411491,
  sha256: "139734ff5f629231e078eda5e44211ea8c23824d13b2399f7f16b62e5406c19a",
  maxMemoryBytes: 67108864,
} as const;
