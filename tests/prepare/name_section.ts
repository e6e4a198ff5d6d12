/** Writes name sections for tests, whatever the names. */

import { Writer } from "../../src/wasm/writer.ts";

/** A subsection of names by index; 1 has those of functions. */
export function nameSubsection(
  id: number,
  names: readonly (readonly [index: number, name: Uint8Array | string])[],
): Writer {
  const body = new Writer().u32(names.length);
  for (const [index, name] of names) {
    const bytes = typeof name === "string"
      ? new TextEncoder().encode(name)
      : name;
    body.u32(index).u32(bytes.length).bytes(bytes);
  }
  return new Writer().byte(id).u32(body.length).append(body);
}

/** The subsection with the module's own name. */
export function moduleName(name: Uint8Array): Writer {
  const body = new Writer().u32(name.length).bytes(name);
  return new Writer().byte(0).u32(body.length).append(body);
}
