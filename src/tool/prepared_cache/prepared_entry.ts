/**
 * The file format of prepared modules.
 *
 * ```text
 *   ┌──────────┬──────┬─────────┬────────────────────────────────────────┐
 *   │ "ctxprp" │ u16  │ SHA-256 │ u32 length, JSON: whose it is, and     │
 *   │          │ form │ of what │   what a walk over the code found out  │
 *   │          │      │ follows │ the prepared bytes                     │
 *   └──────────┴──────┴─────────┴────────────────────────────────────────┘
 * ```
 *
 * Files are untrusted input: every length is checked before it is used. The
 * hash detects damage and misnamed files; it does not authenticate the origin.
 * That is up to the folder's permissions.
 */

import type { CodeFindings } from "../../prepare/describe.ts";
import type { KeptModule } from "../../prepare/restore.ts";
import { sha256HexHere } from "../sha256.ts";

/** Version of this layout; increase it when the layout changes. */
const FORM = 1;
const MAGIC = new TextEncoder().encode("ctxprp");
const HASH_AT = MAGIC.length + 2;
const CONTENTS_AT = HASH_AT + 32;
/** Maximum size of the header. */
const MAX_HEAD_BYTES = 4096;

interface Head {
  readonly key: string;
  readonly found: CodeFindings;
}

/** Serializes a prepared module into the pieces of a file. */
export async function writeEntry(
  key: string,
  { bytes, found }: KeptModule,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const json = new TextEncoder().encode(JSON.stringify({ key, found }));
  const start = new Uint8Array(CONTENTS_AT + 4 + json.length);
  const view = new DataView(start.buffer);
  start.set(MAGIC);
  view.setUint16(MAGIC.length, FORM, true);
  view.setUint32(CONTENTS_AT, json.length, true);
  start.set(json, CONTENTS_AT + 4);
  const hash = await sha256HexHere(start.subarray(CONTENTS_AT), bytes);
  start.set(Uint8Array.fromHex(hash), HASH_AT);
  return [start, bytes];
}

/**
 * Parses a file, without checking its hash.
 *
 * @param key The expected cache key.
 * @returns undefined if the key differs or the format is invalid.
 */
export function readEntry(
  key: string,
  entry: Uint8Array<ArrayBuffer>,
): KeptModule | undefined {
  const opened = openEntry(entry);
  return opened?.key === key ? opened.kept : undefined;
}

/** A parsed file, and the key that it claims. */
export interface OpenedEntry {
  readonly key: string;
  readonly kept: KeptModule;
}

/** Parses a file, whatever its key. */
export function openEntry(
  entry: Uint8Array<ArrayBuffer>,
): OpenedEntry | undefined {
  if (entry.length < CONTENTS_AT + 4) return undefined;
  if (MAGIC.some((byte, index) => entry[index] !== byte)) return undefined;
  const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
  if (view.getUint16(MAGIC.length, true) !== FORM) return undefined;
  const length = view.getUint32(CONTENTS_AT, true);
  const start = CONTENTS_AT + 4 + length;
  if (length > MAX_HEAD_BYTES || start > entry.length) return undefined;
  const head = parseHead(entry.subarray(CONTENTS_AT + 4, start));
  if (!head) return undefined;
  const { key, found } = head;
  return { key, kept: { found, bytes: entry.subarray(start) } };
}

/** Whether a file's hash matches. */
export async function isWhole(
  entry: Uint8Array<ArrayBuffer>,
  sha256Hex: (bytes: Uint8Array<ArrayBuffer>) => Promise<string> =
    sha256HexHere,
): Promise<boolean> {
  const hash = await sha256Hex(entry.subarray(CONTENTS_AT));
  return entry.subarray(HASH_AT, CONTENTS_AT).toHex() === hash;
}

function parseHead(json: Uint8Array): Head | undefined {
  let head: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(json);
    head = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isHead(head) ? head : undefined;
}

function isHead(value: unknown): value is Head {
  if (!isObject(value) || typeof value.key !== "string") return false;
  const { found } = value;
  if (!isObject(found) || !isObject(found.changes)) return false;
  const { drops, writesTables } = found.changes;
  return Number.isSafeInteger(found.operatorFeatures) &&
    Number.isSafeInteger(found.machineCodeBytes) &&
    Number(found.machineCodeBytes) >= 0 &&
    typeof found.hasUsedExport === "boolean" &&
    typeof drops === "boolean" && typeof writesTables === "boolean";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
