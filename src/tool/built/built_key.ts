/** What was prepared when this was built, by `deno task bless`. */

/** The interpreter, and the limit that it was prepared for. */
export const BUILT = {
  bytes: 1410831,
  sha256: "495eee661ece687f0e31ffcad2829c58139d11e52c1fdb58006b33c016be72c9",
  maxMemoryBytes: 67108864,
} as const;
