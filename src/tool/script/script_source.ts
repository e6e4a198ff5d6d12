/** Recognizes and reads the sources of script tools. */

import { CompilationFailed, PermissionDenied } from "../../errors.ts";
import { quote } from "../../quote.ts";
import { type ModuleSource, readModuleSource } from "../module_source.ts";
import { sha256Hex } from "../sha256.ts";

/** The path or URL of a script. */
export type ScriptSource = string | URL;

/** The SHA-256 of each file of a script, by its path in the script's folder. */
export type ScriptFiles = Readonly<Record<string, string>>;

/** Maximum size of one source file in bytes. */
const MAX_FILE_BYTES = 1_048_576;
/** The most milliseconds that downloading an import may take. */
const IMPORT_MS = 60_000;
const SCRIPT = /\.m?[jt]s$/;
/** The endings of files that need an interpreter, whichever. */
const ANY_SCRIPT = /\.([cm]?[jt]sx?|py)$/;
const TYPED = /\.m?ts$/;

/** Whether this is the path of a script rather than a module. */
export function isScript(source: ModuleSource): source is ScriptSource {
  if (source instanceof URL) return SCRIPT.test(source.pathname);
  return typeof source === "string" && SCRIPT.test(source);
}

/**
 * Refuses a script where a module is expected, for a better message.
 *
 * @throws {CompilationFailed} when the source is the path or URL of a script.
 */
export function refuseScript(source: ModuleSource): void {
  const path = source instanceof URL ? source.pathname : source;
  if (typeof path !== "string" || !ANY_SCRIPT.test(path)) return;
  throw new CompilationFailed(
    `Cannot load module: ${
      quote(path)
    } is a script; tools may be .js, .mjs, .ts or .mts, and .py with an interpreter`,
  );
}

/** Reads the files of one script, only from its own folder. */
export class ScriptFolder {
  readonly #folder: ScriptSource;
  readonly #hashes = new Map<string, string>();
  /** The path of the script within its folder, starting with a slash. */
  readonly entry: string;

  constructor(source: ScriptSource) {
    const text = source instanceof URL ? source.href : source;
    const end = Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\")) + 1;
    const folder = text.slice(0, end);
    this.#folder = /^(https?|file):\/\//i.test(folder)
      ? new URL(folder)
      : folder === ""
      ? "."
      : folder;
    this.entry = `/${text.slice(end)}`;
  }

  /** What was read so far, in the order of the paths. */
  get files(): ScriptFiles {
    const files = [...this.#hashes].sort(([one], [other]) =>
      one < other ? -1 : 1
    );
    return Object.freeze(Object.fromEntries(files));
  }

  /**
   * Reads one file, as JavaScript.
   *
   * @param path Its path within the folder, starting with a slash.
   * @throws {CompilationFailed} when it is not a script, or not in the folder.
   * @throws {PermissionDenied} when this process may not read it.
   */
  async read(path: string): Promise<string> {
    if (!SCRIPT.test(path)) {
      throw new CompilationFailed(
        `Cannot load script: ${
          quote(path)
        } does not end in .js, .mjs, .ts or .mts`,
      );
    }
    const bytes = await this.#readFile(path);
    this.#hashes.set(path.slice(1), await sha256Hex(new Uint8Array(bytes)));
    const text = decoded(path, bytes);
    if (!TYPED.test(path)) return text;
    const loading = import("../../interpreters/typescript/strip_types.ts");
    const { stripTypes } = await loading;
    return await stripTypes(text, path.slice(1));
  }

  /** What a script imports and is not there is wrong in the script. */
  async #readFile(path: string): Promise<Uint8Array> {
    try {
      return await this.#readInside(path);
    } catch (error) {
      const why = systemReason(error);
      if (why === undefined || path === this.entry) throw error;
      throw new CompilationFailed(
        `Cannot load script: it imports ${quote(`.${path}`)}, which ${why}`,
      );
    }
  }

  async #readInside(path: string): Promise<Uint8Array> {
    const limits = { maxBytes: MAX_FILE_BYTES };
    const name = `.${path}`;
    if (this.#folder instanceof URL && this.#folder.protocol !== "file:") {
      const url = urlInside(this.#folder, name);
      const source = path === this.entry ? url : await requestImport(url);
      return await readModuleSource(source, limits);
    }
    const folder = await real(this.#folder);
    const file = await real(
      this.#folder instanceof URL
        ? new URL(name, this.#folder)
        : `${this.#folder}/${name}`,
    );
    if (path !== this.entry) await checkFile(file);
    const bytes = await readModuleSource(file, limits);
    // Checked again after opening: a symbolic link may have been put there
    // meanwhile.
    for (const found of [file, await real(file)]) checkInside(folder, found);
    return bytes;
  }
}

/** @throws {PermissionDenied} when this process may not read there. */
async function real(path: string | URL): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (
      error instanceof Deno.errors.NotCapable ||
      error instanceof Deno.errors.PermissionDenied
    ) {
      throw new PermissionDenied(`Cannot read script: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}

/**
 * The URL of a file. Encoded dots, backslashes and tabs lead up in a URL too.
 *
 * @throws {CompilationFailed} when it is not in the folder.
 */
function urlInside(folder: URL, name: string): URL {
  const url = new URL(name, folder);
  const isPath = url.search === "" && url.hash === "";
  if (isPath && url.href.startsWith(folder.href)) return url;
  throw new CompilationFailed(
    `Cannot load script: ${quote(url.href)} is not in its folder ${
      quote(folder.href)
    }`,
  );
}

/** A redirect could lead out of the folder, and is an answer like any other. */
async function requestImport(url: URL): Promise<Response> {
  const signal = AbortSignal.timeout(IMPORT_MS);
  return await fetch(url, { redirect: "manual", signal });
}

/** What the system says of a file; undefined for what it does not say. */
function systemReason(error: unknown): string | undefined {
  if (
    error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory
  ) return "is not in its folder";
  return error instanceof Error && "code" in error
    ? `can't be read (${error.code})`
    : undefined;
}

/** Opening a pipe would wait for whoever writes to it. */
async function checkFile(file: string): Promise<void> {
  if ((await Deno.stat(file)).isFile) return;
  throw new CompilationFailed(
    `Cannot load script: it imports ${quote(file)}, which is not a file`,
  );
}

function checkInside(folder: string, file: string): void {
  const separator = folder.includes("\\") ? "\\" : "/";
  const prefix = folder.endsWith(separator) ? folder : folder + separator;
  if (file.startsWith(prefix)) return;
  throw new CompilationFailed(
    `Cannot load script: ${quote(file)} is not in its folder ${quote(folder)}`,
  );
}

function decoded(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(
      bytes,
    );
  } catch {
    throw new CompilationFailed(
      `Cannot load script: ${quote(path)} is not UTF-8`,
    );
  }
}
