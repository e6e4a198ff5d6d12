/** One granted folder: where it is, and what in it is not the guest's. */

import { codeOf, fail } from "../error_code.ts";
import type { FileStat } from "../file_stat.ts";
import { parentOf } from "../file_system.ts";
import { Held, type HeldDirectories } from "./held_directories.ts";
import type { HostDirectory } from "./host_directory.ts";
import { type HostIdentity, identityOf, isSame } from "./host_stat.ts";
import { isOwnPlace } from "./own_names.ts";

/** How long a look at the folder, or at a file that is to be opened, is good. */
export const LOOK_MS = 0.1;

/**
 * A granted folder of the host. Every operation of a guest asks it for paths,
 * and whether the place is one that may be seen or changed.
 */
export class GrantedFolder {
  /** Its path without a slash at the end: empty for the host's root. */
  readonly root: string;
  readonly #host: string;
  readonly #anchor: string | undefined;
  readonly #readOnly: readonly string[];
  readonly #stagePrefix: string | undefined;
  readonly #held: HeldDirectories;
  #identity: HostIdentity | undefined;
  #lookedMs = -Infinity;
  /** Directories that are no anchors, while no directory is moved. */
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

  /** Whether the kernel itself refuses links on the way to a place. */
  get isAnchored(): boolean {
    return this.#anchor !== undefined;
  }

  /** Whether parts of it were granted for reading only. */
  get hasReadOnly(): boolean {
    return this.#readOnly.length > 0;
  }

  /**
   * Fails when what stands at its path is not the folder that was granted: its
   * own name is one that somebody else may have moved. A look is good for as
   * long as one operation takes.
   */
  check(): void {
    if (performance.now() - this.#lookedMs > LOOK_MS) this.look();
  }

  /** What stands at its path, which must be the folder that was granted. */
  look(): Deno.FileInfo {
    const info = Deno.statSync(this.#host);
    this.#identity ??= this.#firstSeen(info);
    if (!isSame(this.#identity, identityOf(info))) fail("ESTALE");
    this.#lookedMs = performance.now();
    return info;
  }

  /** A path that names a place; a link at its end is not followed. */
  path(place: string): string {
    if (this.#isOthers(place)) fail("EACCES");
    if (meansMore(place)) fail("ENOENT");
    return parentOf(place) === ""
      ? `${this.root}/${place}`
      : this.anchored(place);
  }

  /** A path to a place that fails at any link, its end included. */
  anchored(place: string): string {
    if (place === "") return this.#host;
    if (this.#isOthers(place)) fail("EACCES");
    if (meansMore(place)) fail("ENOENT");
    return `${this.#anchor ?? this.root}/${place}`;
  }

  /** Fails for what stands at a place when that is not to be seen. */
  refuseAnchor(seen: HostIdentity): void {
    if (!this.#held.hasAnchors) return;
    if ((this.#held.reasons(seen) & Held.Anchor) !== 0) fail("EACCES");
  }

  /** Fails where no name may change. */
  refuseProtected(place: string): void {
    if (this.#isReadOnly(place)) fail("EROFS");
    const parent = parentOf(place);
    if (parent !== "" && this.#held.hasAnchors) this.#refuseAnchorAt(parent);
  }

  /** Why what stands at a place may not be changed, if it may not. */
  whyFixed(
    place: string,
    { filetype, nlink }: FileStat,
  ): "EROFS" | "EPERM" | undefined {
    if (this.#readOnly.length === 0) return undefined;
    if (this.#isReadOnly(place)) return "EROFS";
    // One of its names may be in a part that is only to be read.
    return filetype === "file" && nlink > 1 ? "EPERM" : undefined;
  }

  /**
   * Fails for a directory that may be neither moved nor removed, because it is
   * granted or on the way to what is.
   */
  refuseHeld(place: string): void {
    const seen = this.#identityAt(place);
    if (seen && this.#held.reasons(seen) !== 0) fail("EBUSY");
  }

  /** Says that a directory was moved. */
  noteMove(): void {
    this.#held.noteMove();
  }

  /** Whether a place is one of the sandbox's own, and not for who is at it. */
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

  /** Whether a place is in a part that was granted for reading. */
  #isReadOnly(place: string): boolean {
    if (this.#readOnly.length === 0) return false;
    const isIn = (part: string) =>
      place === part || place.startsWith(`${part}/`);
    if (this.#readOnly.some(isIn)) return true;
    // Under another name too: one in other letters, or of another mount.
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

  /** One that was made after it was granted must not be reached by a link. */
  #firstSeen(info: Deno.FileInfo): HostIdentity {
    if (Deno.realPathSync(this.#host) !== this.#host) fail("ELOOP");
    return identityOf(info);
  }
}

/**
 * What Windows takes for more than a name: other separators, drives and
 * streams, its devices, and dots and spaces at an end, which it drops.
 */
const MEANS_MORE =
  /[\\:]|(^|\/)(con|prn|aux|nul|com\d|lpt\d)(\.|\/|$)|[. ](\/|$)/i;

function meansMore(place: string): boolean {
  return Deno.build.os === "windows" && MEANS_MORE.test(place);
}
