/** What was prepared when this was built, by `deno task bless`. */

/** The interpreter, and the limit that it was prepared for. */
export const BUILT = {
  bytes: 1411020,
  sha256: "d34d5aba40ff1fca8817d1e72ac7442b8b3d232ae53d12be000ab2bfdbb5c436",
  maxMemoryBytes: 67108864,
} as const;
