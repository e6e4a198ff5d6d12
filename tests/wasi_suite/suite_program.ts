/** The programs of the suite, and what each one's specification says. */

import { basename, dirname, join } from "@std/path";

/** What stands in `NAME.json` beside `NAME.wasm`; all of it may be missing. */
export interface Specification {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A folder to be granted, by its name beside the program. */
  readonly root?: string;
  readonly exit_code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** One program of the suite. */
export interface SuiteProgram {
  /** Its language and its name. */
  readonly name: string;
  readonly wasm: string;
  readonly specification: Specification;
}

/** Where the folder of the suite holds its programs for preview 1. */
const FOLDERS = ["assemblyscript", "c", "rust"].map((language) =>
  [language, `tests/${language}/testsuite/wasm32-wasip1`] as const
);

/** The programs below the folder of the suite, in order. */
export function suitePrograms(suite: string): SuiteProgram[] {
  return FOLDERS.flatMap(([language, folder]) =>
    [...Deno.readDirSync(join(suite, folder))]
      .filter(({ name }) => name.endsWith(".wasm"))
      .map(({ name }) => join(suite, folder, name))
      .sort()
      .map((wasm) => suiteProgram(language, wasm))
  );
}

/** The folder that a program is to be granted, if one is. */
export function rootOf(
  { wasm, specification }: SuiteProgram,
): string | undefined {
  const { root } = specification;
  return root === undefined ? undefined : join(dirname(wasm), root);
}

function suiteProgram(language: string, wasm: string): SuiteProgram {
  const name = `${language}/${basename(wasm, ".wasm")}`;
  return { name, wasm, specification: readSpecification(wasm) };
}

function readSpecification(wasm: string): Specification {
  try {
    return JSON.parse(Deno.readTextFileSync(wasm.replace(/wasm$/, "json")));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
