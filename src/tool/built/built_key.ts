/** What was prepared when this was built, by `deno task bless`. */

/** The interpreter, and the limit that it was prepared for. */
export const BUILT = {
  bytes: 1411436,
  sha256: "b8ae01279440b6277435319c3a4fa4052731bb94912403c5f391380102dfbeb7",
  maxMemoryBytes: 67108864,
} as const;
