/** The custom section that may hold a program's schema. */
export const TOOL_SCHEMA = "tool_schema";

/**
 * Custom sections that contain code offsets, which rewriting changes, and
 * `tool_schema`, which is read separately.
 */
const DROPPED: readonly RegExp[] = [
  /^\.debug_/,
  /^reloc\./,
  /^metadata\.code\./,
  /^(linking|sourceMappingURL|external_debug_info)$/,
  new RegExp(`^${TOOL_SCHEMA}$`),
];

/** Whether a custom section is still correct after rewriting. */
export function survives(name: string): boolean {
  return !DROPPED.some((pattern) => pattern.test(name));
}
