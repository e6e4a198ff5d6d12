/** An overlay's changes as plain data, and as bytes between host and worker. */

import type { FileStat, FileType } from "../file_stat.ts";
import type { Origin } from "./overlay_node.ts";

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
  readonly content: Uint8Array | undefined;
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

const LENGTH_BYTES = 4;

/**
 * Turns a state into bytes.
 *
 * ```text
 *   ┌─────────────┬────────────────────────┬───────────────────────┐
 *   │ u32: length │ JSON: the state, with  │ the contents, one     │
 *   │ of the JSON │ lengths for contents   │ after another         │
 *   └─────────────┴────────────────────────┴───────────────────────┘
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
  const bytes = new Uint8Array(LENGTH_BYTES + json.length + total);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + json.length;
  for (const content of contents) {
    bytes.set(content, at);
    at += content.length;
  }
  return bytes;
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
  const start = LENGTH_BYTES + view.getUint32(0, true);
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
    .decode(bytes.subarray(LENGTH_BYTES, start));
  let at = start;
  const state: unknown = JSON.parse(text, (_, value) => {
    if (typeof value !== "object" || value === null) return value;
    if (typeof value.n === "string") return BigInt(value.n);
    if (typeof value.b !== "number") return value;
    const content = bytes.subarray(at, at + value.b);
    if (content.length !== value.b) throw new RangeError("Content is cut");
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
    return node.content === undefined || node.content instanceof Uint8Array;
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
