/** The modules that the benchmarks run. */

import { SandboxedTool, type ToolSandbox } from "../../mod.ts";

/** The folder of a checkout. */
export const REPOSITORY: URL = new URL("../../", import.meta.url);

/** A committed module, such as `tools/echo`. */
export function fixture(name: string): URL {
  return new URL(`fixtures/${name}.wasm`, REPOSITORY);
}

/** Loads a committed tool into a sandbox. */
export async function loadTool(
  sandbox: ToolSandbox,
  name: string,
): Promise<SandboxedTool> {
  const module = await sandbox.loadModule(fixture(name));
  return await SandboxedTool.create(sandbox, module);
}

/** Arguments whose JSON is `bytes` long. */
export function argumentsOf(bytes: number): { readonly text: string } {
  return { text: "x".repeat(bytes - JSON.stringify({ text: "" }).length) };
}
