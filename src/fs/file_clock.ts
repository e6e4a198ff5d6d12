/** The clock for file times, in nanoseconds since 1970. */
export type FileClock = () => bigint;

/** The real clock of this machine. */
export function realFileClock(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
