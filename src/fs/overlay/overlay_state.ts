/**
 * An overlay's changes as plain data, and their encoding between host and
 * worker.
 */

import type { FileStat, FileType } from "../file_stat.ts";
import type { Origin } from "./overlay_node.ts";
import {
  isSavedContent,
  type SavedContent,
  SPILL_FILE,
  spillFilesOf,
} from "./spill/saved_content.ts";

/** The times that a guest set, in nanoseconds. */
export interface SavedTimes {
  readonly atim: bigint | undefined;
  readonly mtim: bigint | undefined;
  readonly ctim: bigint | undefined;
}

/** The part common to all saved nodes. */
interface Saved {
  readonly identity: { readonly dev: number; readonly ino: number };
  readonly origin: Origin | undefined;
  readonly nlink: number;
  readonly times: SavedTimes;
  readonly asked: Omit<SavedTimes, "ctim">;
}

/** A directory; nodes are referenced by index. */
export interface SavedDirectory extends Saved {
  readonly kind: "directory";
  readonly entries: readonly SavedEntry[];
  readonly hidden: readonly SavedHidden[];
}

/** An entry that takes precedence over the lower tree. */
export interface SavedEntry {
  readonly name: string;
  readonly node: number;
  /** Whether it is the same entry as in the lower tree. */
  readonly isLower: boolean;
}

/** A lower entry that is hidden. */
export interface SavedHidden {
  readonly name: string;
  readonly stat: FileStat;
  /** The node of the hidden directory. */
  readonly node: number | undefined;
}

/** A file; without `content` it has its origin's. */
export interface SavedFile extends Saved {
  readonly kind: "file";
  readonly content: SavedContent | undefined;
  /** The checksum of the origin when it was copied, if it was small. */
  readonly sum: number | undefined;
}

/** A symbolic link. */
export interface SavedLink extends Saved {
  readonly kind: "link";
  readonly target: string;
}

/** One node of a saved overlay. */
export type SavedNode = SavedDirectory | SavedFile | SavedLink;

/** A saved overlay: its nodes, of which the first is the root. */
export interface OverlayState {
  readonly nextIno: number;
  readonly nodes: readonly SavedNode[];
  /** Changed files that are reachable only through names in the lower tree. */
  readonly loose: readonly number[];
}

/** The names of the spill files that a state refers to. */
export function spilledFiles({ nodes }: OverlayState): Set<string> {
  return new Set(
    nodes.flatMap((node) =>
      node.kind === "file" ? spillFilesOf(node.content) : []
    ),
  );
}

const HEAD_BYTES = 8;
const NAME_BYTES = 36;

/**
 * Encodes a state.
 *
 * ```text
 *   ┌─────────────┬───────────┬──────────┬────────────────┬──────────────┐
 *   │ u32: length │ u32:      │ names of │ JSON: the      │ the contents │
 *   │ of the JSON │ how many  │ spill    │ state, with    │ one after    │
 *   │             │ names     │ files    │ their lengths  │ another      │
 *   └─────────────┴───────────┴──────────┴────────────────┴──────────────┘
 * ```
 */
export function encodeState(state: OverlayState): Uint8Array {
  const contents: Uint8Array[] = [];
  const json = new TextEncoder().encode(JSON.stringify(state, (_, value) => {
    if (typeof value === "bigint") return { n: String(value) };
    if (!(value instanceof Uint8Array)) return value;
    contents.push(value);
    return { b: value.length };
  }));
  const total = contents.reduce((sum, { length }) => sum + length, 0);
  const names = new TextEncoder().encode([...spilledFiles(state)].join(""));
  const start = HEAD_BYTES + names.length;
  const bytes = new Uint8Array(start + json.length + total);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, json.length, true);
  view.setUint32(4, names.length / NAME_BYTES, true);
  bytes.set(names, HEAD_BYTES);
  bytes.set(json, start);
  let at = start + json.length;
  for (const content of contents) {
    bytes.set(content, at);
    at += content.length;
  }
  return bytes;
}

/** The spill file names in the header of a state, without decoding the rest. */
export function spilledNames(state: Uint8Array): string[] {
  const names: string[] = [];
  const end = Math.min(state.length, jsonStart(state));
  for (let at = HEAD_BYTES; at < end; at += NAME_BYTES) {
    const name = String.fromCharCode(...state.subarray(at, at + NAME_BYTES));
    if (SPILL_FILE.test(name)) names.push(name);
  }
  return names;
}

function jsonStart(state: Uint8Array): number {
  if (state.length < HEAD_BYTES) return HEAD_BYTES;
  const view = new DataView(state.buffer, state.byteOffset, state.length);
  return HEAD_BYTES + view.getUint32(4, true) * NAME_BYTES;
}

/** Decodes a state; undefined if the bytes are invalid. */
export function decodeState(bytes: Uint8Array): OverlayState | undefined {
  try {
    return readState(bytes);
  } catch {
    return undefined;
  }
}

function readState(bytes: Uint8Array): OverlayState | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = jsonStart(bytes);
  let at = start + view.getUint32(0, true);
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
    .decode(bytes.subarray(start, at));
  const state: unknown = JSON.parse(text, (_, value) => {
    if (typeof value !== "object" || value === null) return value;
    if (typeof value.n === "string") return BigInt(value.n);
    if (typeof value.b !== "number") return value;
    const content = bytes.subarray(at, at + value.b);
    if (content.length !== value.b) {
      throw new RangeError("Content is truncated");
    }
    at += content.length;
    return content;
  });
  return isState(state) ? state : undefined;
}

/** Validates data from a worker, which is untrusted. */
function isState(value: unknown): value is OverlayState {
  const { nextIno, nodes, loose } = (value ?? {}) as Partial<OverlayState>;
  if (!Number.isSafeInteger(nextIno) || !Array.isArray(nodes)) return false;
  const isNode = (index: unknown) =>
    Number.isInteger(index) && nodes[index as number] !== undefined;
  return nodes[0]?.kind === "directory" &&
    nodes.every((node) => isSavedNode(node, isNode)) &&
    Array.isArray(loose) && loose.every(isNode);
}

type IsNode = (index: unknown) => boolean;

function isSavedNode(value: unknown, isNode: IsNode): value is SavedNode {
  const node = (value ?? {}) as Partial<SavedNode>;
  const { origin, nlink, identity, times, asked } = node;
  const isSaved = Number.isInteger(nlink) && Number.isInteger(identity?.ino) &&
    typeof times === "object" && typeof asked === "object" &&
    (origin === undefined || (isPlace(origin.place) && isStat(origin.stat)));
  if (!isSaved) return false;
  if (node.kind === "link") return typeof node.target === "string";
  if (node.kind === "file") {
    return node.content === undefined || isSavedContent(node.content);
  }
  return node.kind === "directory" && Array.isArray(node.entries) &&
    node.entries.every(({ name, node: index, isLower }) =>
      isName(name) && isNode(index) && typeof isLower === "boolean"
    ) &&
    Array.isArray(node.hidden) &&
    node.hidden.every(({ name, stat, node: index }) =>
      isName(name) && isStat(stat) && (index === undefined || isNode(index))
    );
}

const FILETYPES: ReadonlySet<FileType> = new Set<FileType>([
  "file",
  "directory",
  "link",
  "blockDevice",
  "characterDevice",
  "socket",
  "unknown",
]);

function isStat(value: unknown): value is FileStat {
  const stat = (value ?? {}) as Partial<FileStat>;
  return typeof stat.dev === "number" && typeof stat.ino === "number" &&
    typeof stat.size === "number" && typeof stat.nlink === "number" &&
    typeof stat.mtim === "bigint" && typeof stat.ctim === "bigint" &&
    typeof stat.atim === "bigint" && FILETYPES.has(stat.filetype as FileType);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value !== "." &&
    value !== ".." && !/[/\0]/.test(value);
}

function isPlace(value: unknown): value is string {
  return value === "" ||
    (typeof value === "string" && value.split("/").every(isName));
}
