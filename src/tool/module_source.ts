/** Where a module's bytes come from. */

import { PermissionDenied } from "../errors.ts";

/** A module's bytes, the path of a file, or a `file:`, `http:` or `https:` URL. */
export type ModuleSource = Uint8Array | string | URL;

/**
 * Reads a module's bytes.
 *
 * @throws {PermissionDenied} when this process may not read there.
 */
export async function readModuleSource(
  source: ModuleSource,
): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof Uint8Array) return new Uint8Array(source);
  const url = toUrl(source);
  try {
    return url && url.protocol !== "file:"
      ? await download(url)
      : await Deno.readFile(url ?? source);
  } catch (error) {
    if (
      error instanceof Deno.errors.NotCapable ||
      error instanceof Deno.errors.PermissionDenied
    ) {
      throw new PermissionDenied(`Cannot read module: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** Strings are paths, unless they start like a URL that can be read. */
function toUrl(source: string | URL): URL | undefined {
  if (source instanceof URL) return source;
  return /^(https?|file):\/\//i.test(source) ? new URL(source) : undefined;
}

async function download(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  if (!response.ok) {
    await response.body?.cancel();
    const message =
      `Cannot read module: ${url.href} answered with status ${response.status}`;
    throw response.status === 404
      ? new Deno.errors.NotFound(message)
      : new Error(message);
  }
  return await response.bytes();
}
