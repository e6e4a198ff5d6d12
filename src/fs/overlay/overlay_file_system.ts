/** A writable tree over a lower tree that is never changed. */

import type { OverlayLimits } from "../../contract/system_grants.ts";
import { codeOf, fail } from "../error_code.ts";
import type { FileStat } from "../file_stat.ts";
import {
  depthOf,
  type DirectoryEntry,
  type FileSystem,
  nameOf,
  type NewTimes,
  type OpenFile,
  type OpenMode,
  parentOf,
} from "../file_system.ts";
import { isSame } from "../host/host_stat.ts";
import { refuseOutwardLinksIn, staysInside } from "../stays_inside.ts";
import type { OverlayContext } from "./overlay_context.ts";
import { OpenOverlayFile, type OverlayFile } from "./overlay_file.ts";
import { asDirectory, asFile, OverlayLayer } from "./overlay_layer.ts";
import { OverlayDirectory, OverlayLink } from "./overlay_node.ts";
import type { OverlayState } from "./overlay_state.ts";
import { Contents } from "./spill/contents.ts";
import { checkPlace } from "./place_length.ts";

/** Far above the inode numbers of host file systems. */
const FIRST_INO = 2 ** 52;

/**
 * The lower tree with changes in memory.
 *
 * A moved directory still shows the entries of its original place. A changed
 * file is also tracked by inode, so that its other hard links show the change.
 */
export class OverlayFileSystem implements FileSystem {
  readonly writable = true;
  readonly #lower: FileSystem;
  readonly #context: OverlayContext;
  readonly #limits: OverlayLimits;
  readonly #contents: Contents;
  #layer: OverlayLayer;

  /**
   * @param state The earlier changes.
   * @param spill The folder for data that does not fit in memory.
   */
  constructor(
    lower: FileSystem,
    limits: OverlayLimits,
    context: OverlayContext,
    state?: OverlayState,
    spill?: string,
  ) {
    this.#lower = lower;
    this.#context = context;
    this.#limits = limits;
    this.#contents = new Contents(limits, spill, state);
    this.#layer = this.#over(state, FIRST_INO);
  }

  /** Everything that differs from the lower tree. */
  state(): OverlayState {
    return this.#contents.tell(this.#layer.state());
  }

  /**
   * The state with all bytes inline, independent of the spill folder; undefined
   * if there are more than `most`.
   */
  wholeState(most: number): OverlayState | undefined {
    return this.#contents.inlined(this.#layer.state(), most);
  }

  /** Releases files in the spill folder. */
  close(): void {
    this.#contents.close();
  }

  /** Resets to the lower tree, after the changes were committed or dropped. */
  empty(): void {
    const { nextIno } = this.#layer;
    this.#layer.settle();
    this.#layer = this.#over(undefined, nextIno);
  }

  stat(place: string): FileStat {
    const found = this.#layer.find(place);
    return typeof found === "string"
      ? this.#layer.shown(this.#lower.stat(found))
      : found.stat();
  }

  recent(place: string): FileStat | undefined {
    const found = this.#layer.find(place);
    if (typeof found !== "string") return found.stat();
    const stat = this.#lower.recent?.(found);
    return stat && this.#layer.shown(stat);
  }

  readLink(place: string): string {
    const found = this.#layer.find(place);
    if (typeof found === "string") return this.#lower.readLink(found);
    if (!(found instanceof OverlayLink)) fail("EINVAL");
    return found.target;
  }

  list(place: string): DirectoryEntry[] {
    const found = this.#layer.find(place);
    if (typeof found === "string") return this.#lower.list(found);
    return this.#layer.entriesOf(asDirectory(found));
  }

  open(place: string, mode: OpenMode, known?: FileStat): OpenFile {
    if (mode.create) return new OpenOverlayFile(this.#create(place), true);
    const found = this.#layer.find(place);
    if (typeof found !== "string") {
      return new OpenOverlayFile(asFile(found), mode.write);
    }
    const open = (stat: FileStat | undefined) =>
      new OpenOverlayFile(this.#layer.lowerFile(found, stat), mode.write);
    try {
      return open(known);
    } catch (error) {
      if (known === undefined || codeOf(error) !== "ESTALE") throw error;
      // Something else has been put there since.
      return open(undefined);
    }
  }

  makeDirectory(place: string): void {
    const parent = this.#freePlace(place);
    const directory = this.#layer.newDirectory();
    this.#context.entries.make(() => this.#layer.put(parent, place, directory));
    this.#layer.countSubdirectory(parent, 1);
  }

  removeDirectory(place: string): void {
    const directory = this.#layer.own(place);
    if (!(directory instanceof OverlayDirectory)) fail("ENOTDIR");
    if (place === "") fail("ENOTCAPABLE");
    if (this.#layer.entriesOf(directory).length > 0) fail("ENOTEMPTY");
    this.#layer.takeAway(place, directory);
    this.#context.entries.removed();
  }

  unlink(place: string): void {
    const node = this.#layer.own(place);
    if (node instanceof OverlayDirectory) fail("EISDIR");
    this.#layer.takeAway(place, node);
    this.#context.entries.removed();
  }

  rename(from: string, to: string): void {
    this.#refuseOutwardLink(from, to);
    if (from === to) return;
    const target = this.#statIfThere(to);
    const source = this.stat(from);
    if (from === "" || to === "" || to.startsWith(`${from}/`)) fail("EINVAL");
    if (from.startsWith(`${to}/`)) fail("ENOTEMPTY");
    checkPlace(to);
    this.#checkReplaceable(source, target, to);
    if (target && isSame(source, target)) return;
    const node = this.#layer.own(from);
    const parent = this.#layer.ownDirectory(parentOf(to));
    if (target) this.#layer.takeAway(to, this.#layer.own(to));
    // Nothing can fail from here on.
    this.#layer.unname(from, node);
    this.#layer.name(parent, nameOf(to), node);
    node.times.ctim = parent.times.ctim;
    if (node instanceof OverlayDirectory) {
      this.#layer.countSubdirectory(parent, 1);
    }
  }

  link(from: string, to: string): void {
    this.#refuseOutwardLink(from, to);
    if (this.stat(from).filetype === "directory") fail("EPERM");
    const parent = this.#freePlace(to);
    const node = this.#layer.own(from);
    this.#context.entries.make(() => this.#layer.put(parent, to, node));
    node.named(1);
  }

  symlink(target: string, place: string): void {
    // A link that a commit could not create is refused here as well.
    if (!staysInside(place, target)) fail("EPERM");
    if (target.split("/").includes("..")) fail("EPERM");
    const parent = this.#freePlace(place);
    const link = this.#layer.newLink(target);
    this.#layer.room.spend(
      link.size,
      () =>
        this.#context.entries.make(() => this.#layer.put(parent, place, link)),
    );
  }

  setTimes(place: string, times: NewTimes): void {
    this.#layer.own(place).setTimes(times);
  }

  #over(state: OverlayState | undefined, nextIno: number): OverlayLayer {
    return new OverlayLayer(
      this.#lower,
      this.#limits,
      this.#context,
      this.#contents,
      state,
      nextIno,
    );
  }

  #statIfThere(place: string): FileStat | undefined {
    try {
      return this.stat(place);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      // The directory must exist.
      if (this.stat(parentOf(place)).filetype !== "directory") fail("ENOTDIR");
      return undefined;
    }
  }

  #create(place: string): OverlayFile {
    const parent = this.#freePlace(place);
    return this.#context.entries.make(() =>
      this.#layer.makeFile(parent, place)
    );
  }

  /** The parent directory of a place that must be free. */
  #freePlace(place: string): OverlayDirectory {
    if (place === "") fail("EEXIST");
    checkPlace(place);
    if (this.#statIfThere(place)) fail("EEXIST");
    return this.#layer.ownDirectory(parentOf(place));
  }

  #checkReplaceable(
    source: FileStat,
    target: FileStat | undefined,
    to: string,
  ): void {
    if (!target) return;
    if (target.filetype !== "directory") {
      if (source.filetype === "directory") fail("ENOTDIR");
      return;
    }
    if (source.filetype !== "directory") fail("EISDIR");
    if (this.list(to).length > 0) fail("ENOTEMPTY");
  }

  #refuseOutwardLink(from: string, to: string): void {
    const { filetype } = this.stat(from);
    if (filetype === "link" && !staysInside(to, this.readLink(from))) {
      fail("EPERM");
    }
    if (filetype === "directory" && depthOf(to) < depthOf(from)) {
      refuseOutwardLinksIn(this, from, to, this.#context.stop);
    }
  }
}
