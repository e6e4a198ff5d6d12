/** How much is written before and behind the bodies of functions. */

import { type Section, SectionId } from "../../wasm/section.ts";
import { survives } from "../read/custom_sections.ts";
import type { ParsedModule } from "../read/parsed_module.ts";

/** What is injected beside code: names, types and exports. */
const INJECTED_BYTES = 65_536;

/** What is written around the bodies takes about as much as it did. */
export function roomAroundCode(
  { customSections, sections }: ParsedModule,
): { readonly before: number; readonly after: number } {
  const code = sections.findIndex(({ id }) => id === SectionId.code);
  const dropped = customSections.filter(({ name }) => !survives(name));
  const sizeOf = (some: readonly Section[]) =>
    some.filter((one) => !dropped.includes(one))
      .reduce((sum, { contents, end }) => sum + end - contents + 64, 0);
  return {
    before: INJECTED_BYTES + sizeOf(sections.slice(0, Math.max(code, 0))),
    after: sizeOf(sections.slice(code + 1)),
  };
}
