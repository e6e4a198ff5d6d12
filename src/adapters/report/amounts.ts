/** Formats numbers for people. */

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A count with thousands separators. */
export function count(value: number): string {
  return WHOLE.format(value).replaceAll(",", "\u202f");
}

/** Milliseconds. */
export function duration(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms >= 10 || ms === 0 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(2)} ms`;
}

/** Bytes. */
export function size(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  if (bytes >= 2 ** 20) return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return bytes >= 1024 ? `${(bytes / 1024).toFixed(0)} KiB` : `${bytes} B`;
}

/** A timestamp in UTC, to the second. */
export function moment(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ").slice(0, 19);
}
