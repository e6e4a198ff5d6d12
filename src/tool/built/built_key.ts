/** What was prepared when this was built, by `deno task bless`. */

/** The interpreter, and the limit that it was prepared for. */
export const BUILT = {
  bytes: 1411374,
  sha256: "ee080032eb97412bfd420f9cfbde4aaef7cc46151e5b07df59fac201198d0504",
  maxMemoryBytes: 67108864,
} as const;
