/** The custom section that may hold a program's schema. */
export const TOOL_SCHEMA = "tool_schema";

/**
 * Custom sections whose contents name offsets of code, which rewriting moves,
 * and the one that is read here and kept nowhere else.
 */
const DROPPED: readonly RegExp[] = [
  /^\.debug_/,
  /^reloc\./,
  /^metadata\.code\./,
  /^(linking|sourceMappingURL|external_debug_info)$/,
  new RegExp(`^${TOOL_SCHEMA}$`),
];

/** Whether a custom section still tells the truth after rewriting. */
export function survives(name: string): boolean {
  return !DROPPED.some((pattern) => pattern.test(name));
}
