/** Renders overlay changes as a patch for people. */

import { codeOf } from "../../fs/error_code.ts";
import type { FileStat } from "../../fs/file_stat.ts";
import type { FileSystem } from "../../fs/file_system.ts";
import {
  listChanges,
  type OverlayChange,
} from "../../fs/overlay/list_changes.ts";
import type { OverlayState } from "../../fs/overlay/overlay_state.ts";
import {
  type PieceReader,
  type SavedContent,
  sizeOf,
  wholeOf,
} from "../../fs/overlay/spill/saved_content.ts";
import { overlayTree, type Standing } from "../../fs/overlay/overlay_tree.ts";
import { unifiedHunks } from "./unified_diff.ts";

/** Larger files are shown by size only. */
const MOST_BYTES = 1024 * 1024;
/** Maximum length of the patch. */
const MOST_TEXT = 8 * 1024 * 1024;

/** Writes the patch; `tree` is the folder below the overlay. */
export function overlayDiff(
  tree: FileSystem,
  state: OverlayState,
  pieces: PieceReader,
): string {
  const { standing, moves } = overlayTree(state);
  const byPlace = new Map(standing.map((one) => [one.place, one]));
  const cameFrom = new Map(moves.map(({ from, to }) => [to.place, from.place]));
  let text = "";
  for (const change of listChanges(state)) {
    const one = byPlace.get(change.place);
    const from = cameFrom.get(change.place);
    text += describe(change, contentsOf(tree, change, one, from, pieces));
    if (text.length > MOST_TEXT) return `${text}… cut here\n`;
  }
  return text;
}

/** Bytes before and after; undefined where there are none to show. */
interface Contents {
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

function contentsOf(
  tree: FileSystem,
  change: OverlayChange,
  one: Standing | undefined,
  from: string | undefined,
  pieces: PieceReader,
): Contents {
  if (change.filetype !== "file") {
    return { before: undefined, after: undefined };
  }
  const isGone = change.kind === "removed";
  const lower = isGone
    ? change.place
    : one?.replaced?.place ?? from ?? one?.saved.origin?.place;
  const before = change.kind === "created" || lower === undefined
    ? undefined
    : read(tree, lower);
  const saved = isGone ? undefined : one?.saved;
  const after = saved?.kind !== "file"
    ? undefined
    : saved.content
    ? shownBytes(saved.content, pieces)
    : saved.origin && read(tree, saved.origin.place);
  return { before, after };
}

/** Undefined if it is too large to show, or can no longer be read. */
function shownBytes(
  content: SavedContent,
  pieces: PieceReader,
): Uint8Array | undefined {
  if (sizeOf(content) > MOST_BYTES) return undefined;
  try {
    return wholeOf(content, pieces);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

function read(tree: FileSystem, place: string): Uint8Array | undefined {
  try {
    const stat: FileStat = tree.stat(place);
    if (stat.filetype !== "file" || stat.size > MOST_BYTES) return undefined;
    const mode = { read: true, write: false, create: false, append: false };
    const file = tree.open(place, mode, stat);
    try {
      const bytes = new Uint8Array(stat.size);
      let at = 0;
      for (let n = 1; n > 0 && at < bytes.length; at += n) {
        n = file.read(bytes.subarray(at), at);
      }
      return bytes.subarray(0, at);
    } finally {
      file.close();
    }
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return undefined;
  }
}

function describe(change: OverlayChange, contents: Contents): string {
  const { kind, place, from, filetype, linkOf, target } = change;
  const name = shown(place);
  const head = kind === "renamed"
    ? `renamed ${shown(from ?? "")} to ${name}\n`
    : `${kind} ${filetype === "file" ? "" : `${filetype} `}${name}${
      linkOf === undefined ? "" : `, another name of ${shown(linkOf)}`
    }${target === undefined ? "" : ` -> ${shown(target)}`}\n`;
  return filetype === "file" && linkOf === undefined
    ? head + fileDiff(change, contents)
    : head;
}

function fileDiff(
  { kind, place, from, sizeBefore = 0, sizeAfter = 0, hasNewContent }:
    OverlayChange,
  contents: Contents,
): string {
  if (kind === "renamed" && !hasNewContent) return "";
  const before = kind === "created" ? "" : textOf(contents.before);
  const after = kind === "removed" ? "" : textOf(contents.after);
  if (before === undefined || after === undefined) {
    return `not text, or too large: ${sizeBefore} bytes before, ${
      kind === "removed" ? 0 : sizeAfter
    } after\n`;
  }
  const hunks = unifiedHunks(before, after);
  if (hunks === "") return "";
  const old = kind === "created" ? "/dev/null" : `a/${shown(from ?? place)}`;
  const now = kind === "removed" ? "/dev/null" : `b/${shown(place)}`;
  return `--- ${old}\n+++ ${now}\n${hunks}`;
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || bytes.length > MOST_BYTES) return undefined;
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch {
    return undefined;
  }
}

/** A name on one line, escaped if needed. */
function shown(place: string): string {
  // deno-lint-ignore no-control-regex -- that is what is looked for
  return /[\x00-\x1f\x7f-\x9f"\\]/.test(place) ? JSON.stringify(place) : place;
}
