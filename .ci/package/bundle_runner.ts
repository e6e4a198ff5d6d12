/**
 * Bundles the runner: what a call loads lies in three files then, not in 360,
 * each of which Deno looks up, reads and links.
 */

import { basename, join, relative } from "@std/path";
import { build, type BuildOptions, type Plugin, stop } from "esbuild";
import { staticImports } from "./static_imports.ts";
import { lineMap } from "./line_map.ts";
import { moveUrls, workerEntries } from "./moved_urls.ts";

const RUNNER = "tool-runner.ts";
/** Imported when a call comes to it, which every call does. */
const IN_EVERY_CALL = [
  "src/cli/verbs/call_tool.ts",
  "src/tool/preparing/quick_work.ts",
];
/** Large texts without imports: the bundle takes them from the sources. */
const TEXTS = [
  "src/interpreters/javascript/quickjs.ts",
  "src/tool/built/built_interpreter.ts",
];
/** Modules of the bundle alone, in front of what is loaded later. */
const LATER = "later";

/** One file of the bundle. */
export interface BundledFile {
  readonly name: string;
  readonly text: string;
}

/** What one entry is bundled from. */
interface Entry {
  readonly root: string;
  readonly folder: string;
  /** By its path in the package, as all that follow. */
  readonly path: string;
  readonly workers: readonly string[];
}

/**
 * Bundles `tool-runner.ts` and each worker's entry. A worker is a realm of its
 * own, and shares no file with the others.
 *
 * @param root The package's folder.
 * @param folder The name of the bundle's folder in it.
 */
export async function bundleRunner(
  root: string,
  folder: string,
): Promise<BundledFile[]> {
  const workers = await workerEntries(root);
  const files: BundledFile[] = [];
  try {
    for (const path of [RUNNER, ...workers]) {
      files.push(...await bundleEntry({ root, folder, path, workers }));
    }
  } finally {
    await stop();
  }
  return files;
}

async function bundleEntry(entry: Entry): Promise<BundledFile[]> {
  const roots = entry.path === RUNNER ? IN_EVERY_CALL : [];
  const { metafile } = await build(options(entry, []));
  const core = staticImports(metafile, [entry.path, ...roots]);
  core.delete(entry.path);
  const { outputFiles } = await build(options(entry, [...core]));
  const texts = new Map(outputFiles.map(({ path, text }) => [path, text]));
  return [...texts].filter(([path]) => path.endsWith(".js"))
    .map(([path, code]) => ({
      name: relative(join(entry.root, entry.folder), path),
      text: code + mapComment(texts.get(`${path}.map`)!),
    }));
}

/** In the file itself: Deno looks for no other file beside one of a registry. */
function mapComment(map: string): string {
  const encoded = btoa(lineMap(JSON.parse(map)));
  return `//# sourceMappingURL=data:application/json;base64,${encoded}\n`;
}

/** @param core What every call needs. */
function options(
  entry: Entry,
  core: readonly string[],
): BuildOptions & { readonly write: false; readonly metafile: true } {
  return {
    absWorkingDir: entry.root,
    entryPoints: [entry.path],
    outdir: entry.folder,
    entryNames: "[name]",
    chunkNames: `${basename(entry.path, ".ts")}_[name]_[hash]`,
    bundle: true,
    splitting: true,
    // What only names the modules of workers, for tools to find, is used by nobody.
    treeShaking: false,
    format: "esm",
    platform: "neutral",
    target: "esnext",
    sourcemap: "external",
    sourcesContent: false,
    write: false,
    metafile: true,
    logLevel: "error",
    plugins: [loadedLater(entry, core), sourcesOf(entry)],
  };
}

/**
 * What is imported when it is needed imports the core first. So all of the core
 * is needed wherever a part of it is, and the bundler puts it into one file.
 */
function loadedLater(
  { root, folder, workers }: Entry,
  core: readonly string[],
): Plugin {
  const coreText = core.map((path) => `import "./${path}";`).join("");
  return {
    name: "loaded later",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
        if (kind !== "dynamic-import") return undefined;
        const target = relative(root, join(resolveDir, path));
        const moved = bundledName(target, workers);
        if (moved) return { path: moved, external: true };
        return TEXTS.includes(target)
          ? { path: relative(folder, target), external: true }
          : { path: target, namespace: LATER };
      });
      onLoad({ filter: /./, namespace: LATER }, ({ path }) => ({
        contents: `${coreText}export * from "./${path}";`,
        resolveDir: root,
      }));
    },
  };
}

/** Sources as they are found in the bundle's folder, and nothing else. */
function sourcesOf({ root, folder, workers }: Entry): Plugin {
  return {
    name: "sources",
    setup({ onLoad, onResolve }) {
      onResolve(
        { filter: /^[^.]/ },
        ({ path, kind }) =>
          kind === "entry-point" ? undefined : { path, external: true },
      );
      onLoad({ filter: /\.ts$/ }, async (file) => {
        const path = relative(root, file.path);
        const text = await Deno.readTextFile(file.path);
        const contents = moveUrls(
          text,
          path,
          folder,
          (target) => bundledName(target, workers),
        );
        return { contents, loader: "ts" };
      });
    },
  };
}

function bundledName(
  path: string,
  workers: readonly string[],
): string | undefined {
  return workers.includes(path) ? `./${basename(path, ".ts")}.js` : undefined;
}
