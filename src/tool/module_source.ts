/** Reads a module's bytes from its source, up to a limit. */

import {
  checkKnown,
  checkObject,
  checkTime,
  checkWhole,
} from "../config/option_checks.ts";
import { quote } from "../quote.ts";
import { CompilationFailed, PermissionDenied } from "../errors.ts";
import { readWhole } from "../host/whole_file.ts";
import { collectBytes, copyBytes } from "../pieces/collect_bytes.ts";
import type { LoadProgress } from "./load_progress.ts";

/**
 * A module's bytes in any form, a file path, or a `file:`, `http:` or `https:`
 * URL.
 */
export type ModuleSource =
  | Uint8Array
  | ArrayBuffer
  | Blob
  | Response
  | ReadableStream<Uint8Array>
  | string
  | URL;

/**
 * Options for loading a module.
 *
 * ```ts ignore
 * const module = await sandbox.loadModule("https://example.com/tool.wasm", {
 *   integrity: "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
 *   maxBytes: 1_000_000,
 *   downloadTimeout: 5_000,
 * });
 * ```
 */
export interface ModuleLoadOptions {
  /**
   * The expected hash of the bytes: `sha256-` followed by base64, as in HTML,
   * or by hexadecimal.
   */
  readonly integrity?: string | undefined;
  /** The maximum size of the module, in bytes; 512 MiB by default. */
  readonly maxBytes?: number | undefined;
  /** The time limit of a download, in milliseconds; 60 000 by default. */
  readonly downloadTimeout?: number | undefined;
  /** Aborts the load, which rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called with the progress of the load. What it throws, the load throws at
   * its end.
   */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

const MAX_BYTES = 512 * 1024 * 1024;
const LARGEST_MAX_BYTES = 2 ** 31 - 1;
const DOWNLOAD_MS = 60_000;
/** Size of one read from a file. */
const PIECE_BYTES = 256 * 1024;
const INTEGRITY = /^sha256-(?:([0-9a-f]{64})|([A-Za-z0-9+/]{43}=))$/i;

interface ReadLimits {
  readonly maxBytes: number;
  readonly downloadMs: number;
  readonly signal: AbortSignal | undefined;
  readonly expect: (bytes: number) => void;
  readonly tell: (progress: LoadProgress) => void;
}

/**
 * Reads a module's bytes.
 *
 * @param expect Called with the size, if it is known beforehand.
 * @param tell Called with the size so far, after every piece; must not throw.
 * @throws {PermissionDenied} when this process may not read the source.
 * @throws {CompilationFailed} when there are more than `maxBytes`.
 * @throws {TypeError} for an unknown or invalid option.
 */
export async function readModuleSource(
  source: ModuleSource,
  options: ModuleLoadOptions = {},
  expect: (bytes: number) => void = () => {},
  tell: (progress: LoadProgress) => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  const limits = { ...readLimits(options), expect, tell };
  limits.signal?.throwIfAborted();
  try {
    return await read(source, limits);
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

/**
 * Compares a module's hash with the expected one.
 *
 * @param sha256 The hash of the bytes, in hexadecimal.
 * @throws {TypeError} when `integrity` is not a hash.
 * @throws {CompilationFailed} when the hashes differ.
 */
export function checkIntegrity(
  sha256: string,
  integrity: string | undefined,
): void {
  if (integrity === undefined) return;
  const wanted = integrityHex(integrity);
  if (sha256 === wanted) return;
  throw new CompilationFailed(
    `Cannot load module: its SHA-256 is ${sha256}, integrity asks for ${wanted}`,
  );
}

function integrityHex(integrity: string): string {
  const [, hex, base64] = INTEGRITY.exec(String(integrity)) ?? [];
  if (hex !== undefined) return hex.toLowerCase();
  if (base64 !== undefined) return Uint8Array.fromBase64(base64).toHex();
  throw new TypeError(
    `Cannot set integrity: expected "sha256-" and a hash in base64 or hexadecimal, got ${
      quote(integrity)
    }`,
  );
}

function readLimits(
  options: ModuleLoadOptions,
): Omit<ReadLimits, "expect" | "tell"> {
  checkObject("options of a module", options);
  checkKnown("options of a module", options, [
    "integrity",
    "maxBytes",
    "downloadTimeout",
    "signal",
    "onProgress",
  ]);
  const { integrity, maxBytes, downloadTimeout, signal, onProgress } = options;
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new TypeError(
      `Cannot set onProgress: expected a function, got ${quote(onProgress)}`,
    );
  }
  if (integrity !== undefined) integrityHex(integrity);
  return {
    maxBytes: maxBytes === undefined
      ? MAX_BYTES
      : checkWhole("maxBytes", maxBytes, 8, LARGEST_MAX_BYTES),
    downloadMs: downloadTimeout === undefined
      ? DOWNLOAD_MS
      : checkTime("downloadTimeout", downloadTimeout),
    signal,
  };
}

async function read(
  source: ModuleSource,
  limits: ReadLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof Uint8Array) {
    expectSize(source.length, limits);
    return await copyBytes(source);
  }
  if (source instanceof ArrayBuffer) {
    expectSize(source.byteLength, limits);
    return await copyBytes(new Uint8Array(source));
  }
  // Checked first: naming a Web API class makes Deno load its code.
  if (typeof source === "string") return await readAddress(source, limits);
  if (source instanceof Blob) return await readPieces(source.stream(), limits);
  if (source instanceof Response) return await readResponse(source, limits);
  if (source instanceof ReadableStream) return await readPieces(source, limits);
  if (source instanceof URL) return await readAddress(source, limits);
  throw new TypeError(
    "Cannot load module: the source is not bytes, a stream, a path or a URL",
  );
}

async function readAddress(
  source: string | URL,
  limits: ReadLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const url = toUrl(source);
  return url && url.protocol !== "file:"
    ? await download(url, limits)
    : await readFile(url ?? source, limits);
}

/** Strings are paths, unless they start like a supported URL. */
function toUrl(source: string | URL): URL | undefined {
  if (source instanceof URL) return source;
  return /^(https?|file):\/\//i.test(source) ? new URL(source) : undefined;
}

async function readFile(
  path: string | URL,
  limits: ReadLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  const { size, isDirectory, isFile } = await file.stat();
  if (isDirectory) {
    throw new Deno.errors.IsADirectory(
      `Cannot read module: ${quote(String(path))} is a directory`,
    );
  }
  expectSize(size, limits);
  // The reported size of a pipe or a device means nothing.
  const whole = isFile && await readWhole(file, size, (length) => {
    limits.signal?.throwIfAborted();
    tellRead(length, size, limits);
  });
  if (whole) return whole;
  if (!isFile) return await readPieces(pieces(file, size), limits, size);
  using again = await Deno.open(path);
  return await readPieces(pieces(again, size), limits, size);
}

function tellRead(
  doneBytes: number,
  totalBytes: number | undefined,
  { tell }: ReadLimits,
): void {
  tell({ phase: "reading", doneBytes, totalBytes });
}

/** A file's content; each piece is valid only until the next one. */
async function* pieces(
  file: Deno.FsFile,
  size: number,
): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.min(PIECE_BYTES, size + 1));
  for (;;) {
    const read = await file.read(buffer);
    if (read === null) return;
    yield buffer.subarray(0, read);
  }
}

async function download(
  url: URL,
  limits: ReadLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const late = AbortSignal.timeout(limits.downloadMs);
  const signal = limits.signal ? AbortSignal.any([limits.signal, late]) : late;
  try {
    return await readResponse(await fetch(url, { signal }), limits);
  } catch (error) {
    if (!late.aborted || limits.signal?.aborted) throw error;
    throw new Error(
      `Cannot read module: ${url.href} was not read within ${limits.downloadMs} ms`,
    );
  }
}

async function readResponse(
  response: Response,
  limits: ReadLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.ok) {
    await response.body?.cancel();
    const message =
      `Cannot read module: ${response.url} answered with status ${response.status}`;
    throw response.status === 404
      ? new Deno.errors.NotFound(message)
      : new Error(message);
  }
  if (!response.body) return new Uint8Array();
  return await readPieces(response.body, limits);
}

/** @param expected The number of bytes to come, if known. */
async function readPieces(
  stream: AsyncIterable<Uint8Array>,
  limits: ReadLimits,
  expected = 0,
): Promise<Uint8Array<ArrayBuffer>> {
  return await collectBytes(stream, expected, (length) => {
    limits.signal?.throwIfAborted();
    checkSize(length, limits);
    tellRead(length, expected > 0 ? expected : undefined, limits);
  });
}

function expectSize(size: number, limits: ReadLimits): void {
  checkSize(size, limits);
  limits.expect(size);
}

function checkSize(size: number, { maxBytes }: ReadLimits): void {
  if (size <= maxBytes) return;
  throw new CompilationFailed(
    `Cannot load module: it has ${size} bytes or more, limit is ${maxBytes}`,
  );
}
