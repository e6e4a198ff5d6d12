/** Random file operations on an overlay and on the same folder itself. */

import { assert, assertEquals } from "@std/assert";
import { EntryBudget } from "../../../src/fs/entry_budget.ts";
import type { FileSystem } from "../../../src/fs/file_system.ts";
import { stagePrefix } from "../../../src/fs/host/commit_stage.ts";
import { FolderLocks } from "../../../src/fs/host/folder_locks.ts";
import { HostFile } from "../../../src/fs/host/host_file.ts";
import { HostFileSystem } from "../../../src/fs/host/host_file_system.ts";
import { ExactTimes } from "../../../src/fs/host/host_stat.ts";
import { OpenFiles } from "../../../src/fs/host/open_files.ts";
import { commitChanges } from "../../../src/fs/overlay/commit_changes.ts";
import {
  type CommitReport,
  setLateTimes,
} from "../../../src/fs/overlay/commit_report.ts";
import {
  decodeState,
  type OverlayState,
} from "../../../src/fs/overlay/overlay_state.ts";
import {
  NO_PIECES,
  SpillReader,
} from "../../../src/fs/overlay/spill/spill_reader.ts";
import type { OverlayLimits } from "../../../src/contract/system_grants.ts";
import { StopPage } from "../../../src/stop_page.ts";
import { WriteBudget } from "../../../src/fs/write_budget.ts";
import { makeLink } from "../../../src/fs/host/make_link.ts";
import { HeldDirectories } from "../../../src/fs/host/held_directories.ts";
import { Rights } from "../../../src/imports/wasi/rights.ts";
import type { HostFileSystemContext } from "../../../src/fs/host/host_directory.ts";
import type { HostDirectory } from "../../../src/imports/wasi/wasi.ts";
import {
  Ground,
  Guest,
  randomNumbers,
  READ,
  READ_WRITE,
} from "../../imports/wasi/guest.ts";

export const OVERLAY_LIMITS = { maxBytes: 1e6, maxEntries: 10_000 };

/** Times below were asked for: nothing else is as old. */
const ASKED_MS = 10_000_000;

/**
 * One random sequence, through several calls, and its commit: what is in the
 * folder after it.
 */
export function playSequence(
  random: Random,
  limits: OverlayLimits = OVERLAY_LIMITS,
): unknown {
  using pair = new Pair(random, limits);
  for (let step = 0; step < 60; step++) {
    pair.step(random);
    if (random(25) === 0) pair.nextCall();
  }
  pair.compare();
  return pair.commit();
}

type Random = (below: number) => number;

/** The same things done to two guests. */
export class Pair implements Disposable {
  readonly plain: Ground = new Ground();
  readonly lower: Ground = new Ground();
  readonly direct: Guest;
  layered: Guest;
  readonly before: unknown;
  readonly #anchor: string | undefined;
  /** Open descriptors, one of each. */
  readonly #open: [number, number][] = [];

  readonly #limits: OverlayLimits;
  readonly #spill: string | undefined;

  /** @param limits What is beyond its memory is spilled, if it names any. */
  constructor(random: Random, limits: OverlayLimits = OVERLAY_LIMITS) {
    this.#limits = limits;
    this.#spill = limits.maxMemoryBytes === undefined
      ? undefined
      : Deno.makeTempDirSync();
    // The same tree twice, with the same numbers.
    const seed = random(1 << 20);
    populate(this.plain.inside, randomNumbers(seed));
    populate(this.lower.inside, randomNumbers(seed));
    const anchor = this.plain.anchor();
    const directory: HostDirectory = {
      guest: "/",
      host: this.plain.inside,
      write: true,
      ...anchor && { anchor },
    };
    this.direct = new Guest({ directories: [directory] }, {
      symlink: (_, place, target) =>
        makeLink(directory, place, target, new HeldDirectories()),
    });
    this.#anchor = this.lower.anchor();
    this.layered = this.#layer({});
    this.before = snapshot(this.lower.inside, true);
  }

  /** Ends the overlay's guest, and begins another with what it changed. */
  nextCall(): void {
    for (const [a, b] of this.#open.splice(0)) {
      this.direct.call("fd_close", a);
      this.layered.call("fd_close", b);
    }
    const overlays = this.layered.wasi.changedOverlays();
    this.layered[Symbol.dispose]();
    this.layered = this.#layer(overlays);
  }

  #layer(overlays: Record<string, Uint8Array>): Guest {
    const directory: HostDirectory = {
      guest: "/",
      host: this.lower.inside,
      write: false,
      overlay: this.#limits,
      ...this.#spill !== undefined && { spill: this.#spill },
      ...this.#anchor && { anchor: this.#anchor },
    };
    return new Guest({ directories: [directory], overlays });
  }

  /** Does one random thing to both; what it was, for messages. */
  step(random: Random): void {
    const path = () => {
      const names = ["a", "b", "c"].slice(0, 1 + random(3));
      return names.map(() => "abc"[random(3)]).join("/") +
        (random(16) === 0 ? "/" : "");
    };
    if (random(5) === 0) return this.#onDescriptor(random, path());
    const [name, act] = ACTIONS[random(ACTIONS.length)]!;
    const [from, to] = [path(), path()];
    const number = random(1000);
    const expected = act(this.direct, from, to, number);
    const found = act(this.layered, from, to, number);
    assertEquals(found, expected, `${name} ${from} ${to} ${number}`);
  }

  #onDescriptor(random: Random, path: string): void {
    if (this.#open.length < 4 && random(3) === 0) {
      const appends = random(4) === 0;
      const options = {
        rights: random(3) === 0
          ? READ
          : READ_WRITE & ~(appends ? Rights.FD_ALLOCATE : 0),
        fdflags: appends ? 1 : 0,
      };
      const a = this.direct.open(path, options);
      const b = this.layered.open(path, options);
      assertEquals(b.errno, a.errno, `open ${path}`);
      if (a.errno === 0) this.#open.push([a.fd, b.fd]);
      return;
    }
    const index = random(this.#open.length || 1);
    const [a, b] = this.#open[index] ?? [999, 999];
    const [name, act] = FD_ACTIONS[random(FD_ACTIONS.length)]!;
    const number = random(50);
    assertEquals(
      act(this.layered, b, number),
      act(this.direct, a, number),
      `${name} ${path} ${number}`,
    );
    if (name === "close") this.#open.splice(index, 1);
  }

  /** Compares the two trees, and the lower folder with what it was. */
  compare(): void {
    assertEquals(seen(this.layered), seen(this.direct));
    assertEquals(snapshot(this.lower.inside, true), this.before);
  }

  /** Carries the changes out, and compares the two folders. */
  commit(): unknown {
    const bytes = this.layered.wasi.changedOverlays()["/"];
    assert(bytes);
    const state = decodeState(bytes);
    assert(state);
    const report = commitTo(this.lower.inside, state, {
      anchor: this.#anchor,
      spill: this.#spill,
    });
    assertEquals(report.conflicts, []);
    assertEquals(report.left, []);
    const [after, wanted] = [this.lower, this.plain]
      .map(({ inside }) => snapshot(inside, false));
    assertEquals(after, wanted);
    return after;
  }

  [Symbol.dispose](): void {
    this.direct[Symbol.dispose]();
    this.layered[Symbol.dispose]();
    if (this.#spill !== undefined) {
      Deno.removeSync(this.#spill, { recursive: true });
    }
    this.plain[Symbol.dispose]();
    this.lower[Symbol.dispose]();
  }
}

/** Commits a state to a folder, links included. */
export function commitTo(
  host: string,
  state: OverlayState,
  { anchor, spill }: {
    readonly anchor?: string | undefined;
    readonly spill?: string | undefined;
  } = {},
  hook: (tree: HostFileSystem) => FileSystem = (tree) => tree,
): CommitReport {
  const prefix = stagePrefix();
  const directory: HostDirectory = {
    guest: "/",
    host,
    write: true,
    stagePrefix: prefix,
    ...anchor && { anchor },
  };
  const { tree, context: { held } } = hostTree(host, directory);
  const setMode = (file: unknown, mode: number) => {
    assert(file instanceof HostFile);
    file.setMode(mode);
  };
  const reader = spill === undefined ? undefined : new SpillReader(spill);
  const pieces = reader ?? NO_PIECES;
  const folder = { tree: hook(tree), prefix, pieces, setMode };
  const report = commitChanges(folder, state);
  reader?.close();
  for (const { place, target, sameAs } of report.links) {
    const code = makeLink(directory, place, target, held, sameAs);
    assertEquals(code, undefined);
  }
  assertEquals(setLateTimes(tree, report.times), []);
  return report;
}

/** A tree of the host as its guests have it, to read unless it is said. */
export function hostTree(
  host: string,
  directory: HostDirectory = { guest: "/", host, write: false },
): { readonly tree: HostFileSystem; readonly context: HostFileSystemContext } {
  const context = {
    budget: new WriteBudget(undefined),
    entries: new EntryBudget(1e6),
    files: new OpenFiles(),
    times: new ExactTimes(),
    broker: undefined,
    stop: new StopPage(),
    locks: new FolderLocks(),
    held: new HeldDirectories(),
  };
  return { tree: new HostFileSystem(directory, context), context };
}

function populate(root: string, random: Random): void {
  for (let i = 0; i < 12; i++) {
    const depth = 1 + random(3);
    const names = Array.from({ length: depth }, () => "abc"[random(3)]);
    const path = `${root}/${names.join("/")}`;
    try {
      Deno.mkdirSync(`${root}/${names.slice(0, -1).join("/")}`, {
        recursive: true,
      });
      const kind = random(10);
      if (kind < 2) Deno.mkdirSync(path);
      else if (kind < 4) Deno.symlinkSync("abc"[random(3)]!, path);
      else if (kind < 6) {
        const old = [...Deno.readDirSync(root)].find(({ isFile }) => isFile);
        if (old) Deno.linkSync(`${root}/${old.name}`, path);
      } else {
        Deno.writeTextFileSync(path, "x".repeat(random(40)), {
          createNew: true,
        });
      }
    } catch {
      continue;
    }
  }
}

type Act = (
  guest: Guest,
  from: string,
  to: string,
  number: number,
) => unknown;

const ACTIONS: readonly (readonly [string, Act])[] = [
  ["write", (guest, path, text) => guest.writeFile(path, text)],
  ["write", (guest, path, text) => guest.writeFile(path, text)],
  ["append", (guest, path, text) => {
    const { errno, fd } = guest.open(path, { rights: READ_WRITE, fdflags: 1 });
    if (errno !== 0) return errno;
    const written = guest.write(fd, text);
    return [written, guest.call("fd_close", fd)];
  }],
  ["mkdir", (guest, path) => guest.at("path_create_directory", path)],
  ["mkdir", (guest, path) => guest.at("path_create_directory", path)],
  ["rmdir", (guest, path) => guest.at("path_remove_directory", path)],
  ["unlink", (guest, path) => guest.at("path_unlink_file", path)],
  ["rename", (guest, from, to) => guest.rename(from, to)],
  ["rename", (guest, from, to) => guest.rename(from, to)],
  ["link", (guest, from, to) => guest.link(from, to)],
  ["symlink", (guest, from, to) => guest.symlink(from, to)],
  ["read", (guest, path) => guest.readFile(path)],
  ["names", (guest, path) => guest.names(path)],
  ["stat", (guest, path, _, follow) => statOf(guest, path, follow % 2 === 0)],
  ["times", (guest, path, _, number) =>
    guest.call(
      "path_filestat_set_times",
      3,
      0,
      ...guest.path(path),
      BigInt(number) * 1_000_000_000n,
      BigInt(number + 1) * 1_000_000_000n,
      5,
    )],
];

type FdAct = (guest: Guest, fd: number, number: number) => unknown;

const FD_ACTIONS: readonly (readonly [string, FdAct])[] = [
  ["write", (guest, fd, number) => guest.write(fd, "y".repeat(number))],
  ["read", (guest, fd, number) => guest.read(fd, number)],
  [
    "seek",
    (guest, fd, number) => guest.call("fd_seek", fd, BigInt(number), 0, 64),
  ],
  [
    "size",
    (guest, fd, number) =>
      guest.call("fd_filestat_set_size", fd, BigInt(number)),
  ],
  [
    "allocate",
    (guest, fd, number) => guest.call("fd_allocate", fd, 0n, BigInt(number)),
  ],
  ["stat", (guest, fd) => {
    const errno = guest.call("fd_filestat_get", fd, 16_384);
    return [errno, errno === 0 && [guest.size, nlinkOf(guest)]];
  }],
  ["close", (guest, fd) => guest.call("fd_close", fd)],
];

function statOf(guest: Guest, path: string, follow: boolean): unknown {
  const errno = guest.stat(path, follow);
  if (errno !== 0) return errno;
  const type = guest.view.getUint8(16_384 + 16);
  return [type, nlinkOf(guest), type === 3 ? 0n : guest.size];
}

function nlinkOf(guest: Guest): bigint {
  return guest.view.getBigUint64(16_384 + 24, true);
}

/** Everything that a guest sees, names of one inode grouped. */
export function seen(guest: Guest): unknown {
  const all: Record<string, unknown> = {};
  const inodes = new Map<bigint, string>();
  const look = (directory: string) => {
    const names = guest.names(directory === "" ? "." : directory);
    if (typeof names === "number") throw new Error(`errno ${names}`);
    for (const name of names.slice(2)) {
      const path = directory === "" ? name : `${directory}/${name}`;
      const stat = statOf(guest, path, false);
      const { ino } = guest;
      const type = guest.view.getUint8(16_384 + 16);
      const mtim = guest.mtim < 10n ** 13n ? guest.mtim : undefined;
      const first = inodes.get(ino) ?? path;
      inodes.set(ino, first);
      all[path] = [
        stat,
        first,
        mtim,
        type === 4 && guest.readFile(path),
        type === 7 && linkOf(guest, path),
      ];
      if (type === 3) look(path);
    }
  };
  look("");
  return all;
}

function linkOf(guest: Guest, path: string): string {
  guest.call("path_readlink", 3, ...guest.path(path), 16_384, 100, 64);
  return guest.text(16_384, guest.u32);
}

function askedTime({ mtime }: Deno.FileInfo): number | undefined {
  const time = mtime?.getTime() ?? ASKED_MS;
  return time < ASKED_MS ? time : undefined;
}

/** Everything that the host sees of a folder. */
export function snapshot(root: string, withTimes: boolean): unknown {
  const all: Record<string, unknown> = {};
  const look = (directory: string) => {
    for (const { name } of Deno.readDirSync(`${root}/${directory}`)) {
      const path = directory === "" ? name : `${directory}/${name}`;
      const info = Deno.lstatSync(`${root}/${path}`);
      all[path] = [
        info.isDirectory,
        info.nlink,
        info.isFile && Deno.readTextFileSync(`${root}/${path}`),
        info.isSymlink && Deno.readLinkSync(`${root}/${path}`),
        withTimes
          ? [info.ino, info.mtime, info.ctime, info.mode]
          : askedTime(info),
      ];
      if (info.isDirectory) look(path);
    }
  };
  look("");
  return all;
}
