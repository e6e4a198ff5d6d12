/** The languages supported by `new`. */

import type { Files } from "./common_files.ts";

/** Makes the files of a new tool of this name. */
export type WriteTool = (name: string) => Promise<Files>;

/** Every language by its flag; loaded on demand. */
export const LANGUAGES: ReadonlyMap<string, WriteTool> = new Map<
  string,
  WriteTool
>([
  ["js", async (name) => (await import("./script_files.ts")).javaScript(name)],
  ["ts", async (name) => (await import("./script_files.ts")).typeScript(name)],
  ["py", async (name) => (await import("./python_files.ts")).python(name)],
  ["rust", async (name) => (await import("./compiled_files.ts")).rust(name)],
  ["c", async (name) => (await import("./compiled_files.ts")).c(name)],
  ["go", async (name) => (await import("./compiled_files.ts")).go(name)],
]);
