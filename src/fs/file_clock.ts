/** The clock that files get their times from, in nanoseconds since 1970. */
export type FileClock = () => bigint;

/** The clock of this machine. */
export function realFileClock(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
