/** Tells most modules of one length apart without hashing them. */

/** Places at which a module is looked at, and how many bytes at each. */
const SAMPLES = 64;
const SAMPLE_BYTES = 64;

/**
 * A number made of some of the bytes, the last ones among them (FNV-1a). Other
 * numbers mean other bytes; the same number means nothing.
 */
export function sampleOf(bytes: Uint8Array): string {
  let sum = 0x811c_9dc5;
  for (let i = 1; i <= SAMPLES; i++) {
    const end = Math.floor(bytes.length * i / SAMPLES);
    for (let at = Math.max(0, end - SAMPLE_BYTES); at < end; at++) {
      sum = Math.imul(sum ^ bytes[at]!, 0x0100_0193);
    }
  }
  return (sum >>> 0).toString(16);
}
