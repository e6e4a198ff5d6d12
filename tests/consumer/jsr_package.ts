/** Packages as JSR holds them: what was published, ready for a server. */

import { fromFileUrl, join } from "@std/path";
import { publishDryRun } from "../publish/dry_run.ts";
import { MadePackage } from "../publish/made_package.ts";
import { type ModuleGraph, moduleGraph } from "./module_graph.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const STD = ["cli", "path"];

/** One version of one package. */
export interface JsrPackage {
  /** With its scope, such as `@std/path`. */
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  /** By path with a leading slash, such as `/mod.ts`. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly moduleGraph: ModuleGraph;
}

/** The part of a `deno.json` that matters to a registry. */
interface PackageConfig {
  readonly name: string;
  readonly version: string;
  readonly exports: string | Readonly<Record<string, string>>;
  readonly imports?: Readonly<Record<string, string>>;
}

/** This package as it would be published, and the std packages it needs. */
export async function publishedPackages(): Promise<JsrPackage[]> {
  const std = STD.map(async (name) => {
    const folder = join(ROOT, "tests", "std", name);
    return await readPackage(folder, fileNames(folder));
  });
  await using made = await MadePackage.create();
  const { folder } = made;
  const own = readPackage(folder, await publishDryRun(folder));
  return await Promise.all([own, ...std]);
}

function fileNames(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name);
}

async function readPackage(
  folder: string,
  paths: readonly string[],
): Promise<JsrPackage> {
  const text = await Deno.readTextFile(join(folder, "deno.json"));
  const { name, version, exports, imports = {} }: PackageConfig = JSON.parse(
    text,
  );
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const path of paths) {
    const bytes = await Deno.readFile(join(folder, path));
    files.set(
      `/${path}`,
      /\.[jt]s$/.test(path) ? unfurl(bytes, imports) : bytes,
    );
  }
  return {
    name,
    version,
    exports: typeof exports === "string" ? { ".": exports } : exports,
    files,
    moduleGraph: moduleGraph(files),
  };
}

/** Publishing puts full specifiers in the place of the import map's names. */
function unfurl(
  bytes: Uint8Array,
  imports: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  let text = new TextDecoder().decode(bytes);
  for (const [name, specifier] of Object.entries(imports)) {
    text = text
      .replaceAll(`from "${name}"`, `from "${specifier}"`)
      .replaceAll(`from "${name}/`, `from "${specifier}/`)
      .replaceAll(`import("${name}")`, `import("${specifier}")`)
      .replaceAll(`import "${name}";`, `import "${specifier}";`);
  }
  return new TextEncoder().encode(text);
}
