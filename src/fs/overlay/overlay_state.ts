/** An overlay's changes as plain data, and as bytes between host and worker. */

import type { FileStat, FileType } from "../file_stat.ts";
import type { Origin } from "./overlay_node.ts";
import {
  isSavedContent,
  type SavedContent,
  SPILL_FILE,
  spillFilesOf,
} from "./spill/saved_content.ts";

/** Times that a guest asked for, in nanoseconds. */
export interface SavedTimes {
  readonly atim: bigint | undefined;
  readonly mtim: bigint | undefined;
  readonly ctim: bigint | undefined;
}

/** What every saved node has. */
interface Saved {
  readonly identity: { readonly dev: number; readonly ino: number };
  readonly origin: Origin | undefined;
  readonly nlink: number;
  readonly times: SavedTimes;
  readonly asked: Omit<SavedTimes, "ctim">;
}

/** A directory; nodes are named by their index. */
export interface SavedDirectory extends Saved {
  readonly kind: "directory";
  readonly entries: readonly SavedEntry[];
  readonly hidden: readonly SavedHidden[];
}

/** A name where the lower tree's own is not looked at. */
export interface SavedEntry {
  readonly name: string;
  readonly node: number;
  /** Whether the lower tree has the same thing at this name. */
  readonly isLower: boolean;
}

/** A name of the lower tree that is not shown. */
export interface SavedHidden {
  readonly name: string;
  readonly stat: FileStat;
  /** The directory that it was. */
  readonly node: number | undefined;
}

/** A file; without content it has what its origin has. */
export interface SavedFile extends Saved {
  readonly kind: "file";
  readonly content: SavedContent | undefined;
  /** Of what the origin had when it was copied, if that was small. */
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
  /** Changed files that only names of the lower tree lead to. */
  readonly loose: readonly number[];
}

/** The names of the files in the spill folder that a state has parts in. */
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
 * Turns a state into bytes.
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

/** The names in front of a state, which is not read for it. */
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

/** Reads a state; undefined when the bytes are not one. */
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

/** What a worker says is looked at before anything is done with it. */
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
