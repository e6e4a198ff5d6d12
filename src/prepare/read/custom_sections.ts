/** Custom sections whose contents name offsets of code, which rewriting moves. */
const DROPPED: readonly RegExp[] = [
  /^\.debug_/,
  /^reloc\./,
  /^metadata\.code\./,
  /^(linking|sourceMappingURL|external_debug_info)$/,
];

/** Whether a custom section still tells the truth after rewriting. */
export function survives(name: string): boolean {
  return !DROPPED.some((pattern) => pattern.test(name));
}
