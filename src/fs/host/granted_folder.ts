/** One granted folder: its path, and the protected places in it. */

import { codeOf, fail } from "../error_code.ts";
import type { FileStat } from "../file_stat.ts";
import { parentOf } from "../file_system.ts";
import { Held, type HeldDirectories } from "./held_directories.ts";
import type { HostDirectory } from "./host_directory.ts";
import { type HostIdentity, identityOf, isSame } from "./host_stat.ts";
import { isOwnPlace } from "./own_names.ts";

/** How long a check of the folder, or of a file to open, stays valid. */
export const LOOK_MS = 0.1;

/**
 * A granted host folder. Every guest operation asks it for paths, and whether a
 * place may be seen or changed.
 */
export class GrantedFolder {
  /** Its path without a trailing slash; empty for the host's root. */
  readonly root: string;
  readonly #host: string;
  readonly #anchor: string | undefined;
  readonly #readOnly: readonly string[];
  readonly #stagePrefix: string | undefined;
  readonly #held: HeldDirectories;
  #identity: HostIdentity | undefined;
  #lookedMs = -Infinity;
  /** Directories known not to be anchors, as long as no directory is moved. */
  readonly #harmless = new Set<string>();
  #moves = 0;

  constructor(directory: HostDirectory, held: HeldDirectories) {
    this.#host = directory.host;
    this.root = directory.host.replace(/\/+$/, "");
    this.#anchor = directory.anchor;
    this.#readOnly = directory.readOnly ?? [];
    this.#stagePrefix = directory.stagePrefix;
    this.#identity = directory.identity;
    this.#held = held;
  }

  /**
   * Whether the kernel itself refuses symbolic links on the path to a place.
   */
  get isAnchored(): boolean {
    return this.#anchor !== undefined;
  }

  /** Whether parts of it are granted read-only. */
  get hasReadOnly(): boolean {
    return this.#readOnly.length > 0;
  }

  /**
   * Fails if its path no longer leads to the granted folder, which someone else
   * may have moved. A check stays valid for about one operation.
   */
  check(): void {
    if (performance.now() - this.#lookedMs > LOOK_MS) this.look();
  }

  /** The metadata at its path, which must be that of the granted folder. */
  look(): Deno.FileInfo {
    const info = Deno.statSync(this.#host);
    this.#identity ??= this.#firstSeen(info);
    if (!isSame(this.#identity, identityOf(info))) fail("ESTALE");
    this.#lookedMs = performance.now();
    return info;
  }

  /** The path of a place; a symbolic link at its end is not followed. */
  path(place: string): string {
    if (this.#isOthers(place)) fail("EACCES");
    if (meansMore(place)) fail("ENOENT");
    return parentOf(place) === ""
      ? `${this.root}/${place}`
      : this.anchored(place);
  }

  /**
   * A path to a place that fails at any symbolic link, including at its end.
   */
  anchored(place: string): string {
    if (place === "") return this.#host;
    if (this.#isOthers(place)) fail("EACCES");
    if (meansMore(place)) fail("ENOENT");
    return `${this.#anchor ?? this.root}/${place}`;
  }

  /** Fails if what is at a place must not be seen. */
  refuseAnchor(seen: HostIdentity): void {
    if (!this.#held.hasAnchors) return;
    if ((this.#held.reasons(seen) & Held.Anchor) !== 0) fail("EACCES");
  }

  /** Fails if no name may change there. */
  refuseProtected(place: string): void {
    if (this.#isReadOnly(place)) fail("EROFS");
    const parent = parentOf(place);
    if (parent !== "" && this.#held.hasAnchors) this.#refuseAnchorAt(parent);
  }

  /** Why what is at a place may not be changed, if it may not. */
  whyFixed(
    place: string,
    { filetype, nlink }: FileStat,
  ): "EROFS" | "EPERM" | undefined {
    if (this.#readOnly.length === 0) return undefined;
    if (this.#isReadOnly(place)) return "EROFS";
    // Another hard link may be in a read-only part.
    return filetype === "file" && nlink > 1 ? "EPERM" : undefined;
  }

  /**
   * Fails for a directory that may not be moved or removed, because it is
   * granted or a parent of a granted one.
   */
  refuseHeld(place: string): void {
    const seen = this.#identityAt(place);
    if (seen && this.#held.reasons(seen) !== 0) fail("EBUSY");
  }

  /** Records that a directory was moved. */
  noteMove(): void {
    this.#held.noteMove();
  }

  /** Whether a place belongs to the sandbox itself. */
  #isOthers(place: string): boolean {
    if (!isOwnPlace(place)) return false;
    const prefix = this.#stagePrefix;
    return prefix === undefined || !place.startsWith(prefix) ||
      parentOf(place) !== "";
  }

  #refuseAnchorAt(directory: string): void {
    const { moves } = this.#held;
    if (moves !== this.#moves || this.#harmless.size >= 1024) {
      this.#harmless.clear();
      this.#moves = moves;
    }
    if (this.#harmless.has(directory)) return;
    this.refuseAnchor(identityOf(Deno.lstatSync(this.anchored(directory))));
    this.#harmless.add(directory);
  }

  /** Whether a place is in a read-only part. */
  #isReadOnly(place: string): boolean {
    if (this.#readOnly.length === 0) return false;
    const isIn = (part: string) =>
      place === part || place.startsWith(`${part}/`);
    if (this.#readOnly.some(isIn)) return true;
    // Also under another name: in different case, or through another mount.
    const parts = this.#readOnly.map((part) => this.#identityAt(part));
    for (let at = place; at !== ""; at = parentOf(at)) {
      const seen = this.#identityAt(at);
      if (parts.some((part) => part && seen && isSame(part, seen))) return true;
    }
    return false;
  }

  #identityAt(place: string): HostIdentity | undefined {
    try {
      return identityOf(Deno.lstatSync(this.path(place)));
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      return undefined;
    }
  }

  /**
   * A folder created after it was granted must not be reached through a link.
   */
  #firstSeen(info: Deno.FileInfo): HostIdentity {
    if (Deno.realPathSync(this.#host) !== this.#host) fail("ELOOP");
    return identityOf(info);
  }
}

/**
 * Names with a special meaning on Windows: other separators, drives and
 * streams, devices, and trailing dots and spaces, which it drops.
 */
const MEANS_MORE =
  /[\\:]|(^|\/)(con|prn|aux|nul|com\d|lpt\d)(\.|\/|$)|[. ](\/|$)/i;

function meansMore(place: string): boolean {
  return Deno.build.os === "windows" && MEANS_MORE.test(place);
}
