/** What was prepared when this was built, by `deno task bless`. */

/** The interpreter, and the limit that it was prepared for. */
export const BUILT = {
  bytes: 1517125,
  sha256: "baf36042bd718e0cb585e65bc5a99720439927c4118095f05faa20d53b3a6d70",
  maxMemoryBytes: 67108864,
} as const;
