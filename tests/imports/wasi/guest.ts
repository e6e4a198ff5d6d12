/**
 * A guest made of calls: drives the imports of a Wasi directly, with a memory
 * of its own, so that no test needs a compiled program.
 */
import { HostFolders } from "../../../src/imports/wasi/host_folders.ts";
import { createLinkAnchor } from "../../../src/host/grants/link_anchor.ts";
import { ProcessFolders } from "../../../src/host/grants/process_folders.ts";
import type { LinkBroker } from "../../../src/fs/host/link_broker.ts";
import { Rights } from "../../../src/imports/wasi/rights.ts";
import {
  Wasi,
  type WasiLimits,
  type WasiOptions,
} from "../../../src/imports/wasi/wasi.ts";
import { StopPage } from "../../../src/stop_page.ts";

/** Where the helpers put what they hand over; tests may use the rest. */
const RESULT = 64;
const IOVEC = 128;
const FIRST_PATH = 1024;
const SECOND_PATH = 8192;
const BUFFER = 16_384;

/** The descriptor of the first granted directory. */
export const ROOT = 3;

/** Every right that opening a file can ask for. */
export const READ: number = Rights.FD_READ | Rights.FD_SEEK | Rights.FD_TELL |
  Rights.FD_FILESTAT_GET;
/** What a file to be changed is opened with. */
export const READ_WRITE: number = READ | Rights.FD_WRITE |
  Rights.FD_FILESTAT_SET_SIZE | Rights.FD_FILESTAT_SET_TIMES |
  Rights.FD_ALLOCATE | Rights.FD_FDSTAT_SET_FLAGS | Rights.FD_SYNC;
/** What a directory is opened with. */
export const LIST: number = Rights.FD_READDIR | Rights.PATH_OPEN |
  Rights.PATH_FILESTAT_GET | Rights.FD_FILESTAT_GET |
  Rights.PATH_CREATE_FILE | Rights.PATH_UNLINK_FILE;

/** The limits of a guest that says nothing else. */
export const LIMITS: WasiLimits = {
  maxDescriptors: 128,
  maxWriteBytes: undefined,
  maxEntries: 65_536,
};
/** What guests of one test file share with each other, and with nobody else. */
const SHARED = new ProcessFolders().shared;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface Entry {
  readonly name: string;
  readonly filetype: number;
  readonly ino: bigint;
  readonly next: bigint;
}

export class Guest implements Disposable {
  readonly memory: WebAssembly.Memory;
  /** The page that other threads can stop the guest through. */
  readonly stopMemory: WebAssembly.Memory;
  readonly stop: StopPage;
  readonly wasi: Wasi;
  readonly output: { stdout: string; stderr: string } = {
    stdout: "",
    stderr: "",
  };
  stdin: Uint8Array = new Uint8Array(0);

  constructor(options: Partial<WasiOptions> = {}, broker?: LinkBroker) {
    this.memory = new WebAssembly.Memory({ initial: 2, maximum: 64 });
    this.stopMemory = new WebAssembly.Memory({
      initial: 1,
      maximum: 1,
      shared: true,
    });
    this.stop = new StopPage(this.stopMemory);
    this.wasi = new Wasi(
      {
        args: ["guest"],
        env: {},
        directories: [],
        memoryDirectories: [],
        limits: LIMITS,
        shared: SHARED,
        ...options,
      },
      {
        read: (into) => {
          const bytes = this.stdin.subarray(0, into.length);
          into.set(bytes);
          this.stdin = this.stdin.subarray(bytes.length);
          return bytes.length;
        },
        write: (stream, bytes) => {
          this.output[stream] += decoder.decode(bytes);
        },
      },
      this.stop,
      { Folders: HostFolders, broker },
    );
    this.wasi.attach(this.memory);
  }

  /** A guest with one host directory as `/`. */
  static on(host: string, write = true, anchor?: string): Guest {
    const directory = { guest: "/", host, write };
    return new Guest({
      directories: [anchor ? { ...directory, anchor } : directory],
    });
  }

  [Symbol.dispose](): void {
    this.wasi.close();
  }

  call(name: string, ...args: (number | bigint)[]): number {
    const imported = this.wasi.imports[name] as (
      ...args: (number | bigint)[]
    ) => number;
    return imported(...args);
  }

  get view(): DataView {
    return new DataView(this.memory.buffer);
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }

  text(at: number, length: number): string {
    return decoder.decode(this.bytes(at, length));
  }

  /** Puts a path where an import will look for it: pointer and length. */
  path(
    path: string | Uint8Array,
    at: number = FIRST_PATH,
  ): [number, number] {
    const bytes = typeof path === "string" ? encoder.encode(path) : path;
    new Uint8Array(this.memory.buffer).set(bytes, at);
    return [at, bytes.length];
  }

  second(path: string): [number, number] {
    return this.path(path, SECOND_PATH);
  }

  /** Opens a path: the errno, and the descriptor when there is none. */
  open(
    path: string | Uint8Array,
    options: {
      at?: number;
      rights?: number;
      inheriting?: number;
      oflags?: number;
      fdflags?: number;
      follow?: boolean;
    } = {},
  ): { errno: number; fd: number } {
    const errno = this.call(
      "path_open",
      options.at ?? ROOT,
      options.follow ? 1 : 0,
      ...this.path(path),
      options.oflags ?? 0,
      BigInt(options.rights ?? READ),
      BigInt(options.inheriting ?? 0),
      options.fdflags ?? 0,
      RESULT,
    );
    return { errno, fd: errno === 0 ? this.view.getUint32(RESULT, true) : -1 };
  }

  write(fd: number, text: string): number {
    const bytes = encoder.encode(text);
    this.bytes(BUFFER, bytes.length).set(bytes);
    this.#iovec(bytes.length);
    return this.call("fd_write", fd, IOVEC, 1, RESULT);
  }

  /** What one read answers, as text, or its errno. */
  read(fd: number, length = 4096): string | number {
    this.#iovec(length);
    const errno = this.call("fd_read", fd, IOVEC, 1, RESULT);
    if (errno !== 0) return errno;
    return this.text(BUFFER, this.u32);
  }

  /** What a file says, or its errno. */
  readFile(path: string): string | number {
    const { errno, fd } = this.open(path, { follow: true });
    if (errno !== 0) return errno;
    try {
      return this.read(fd);
    } finally {
      this.call("fd_close", fd);
    }
  }

  /** Makes a file with a text in it, or answers the errno. */
  writeFile(path: string, text: string): number {
    const oflags = 1 | 8;
    const { errno, fd } = this.open(path, { rights: READ_WRITE, oflags });
    if (errno !== 0) return errno;
    const written = this.write(fd, text);
    this.call("fd_close", fd);
    return written;
  }

  /** The errno of an import that takes a descriptor and one path. */
  at(name: string, path: string | Uint8Array): number {
    return this.call(name, ROOT, ...this.path(path));
  }

  rename(from: string, to: string): number {
    return this.call(
      "path_rename",
      ROOT,
      ...this.path(from),
      ROOT,
      ...this.second(to),
    );
  }

  link(from: string, to: string): number {
    return this.call(
      "path_link",
      ROOT,
      0,
      ...this.path(from),
      ROOT,
      ...this.second(to),
    );
  }

  symlink(target: string, place: string): number {
    return this.call(
      "path_symlink",
      ...this.path(target),
      ROOT,
      ...this.second(place),
    );
  }

  /** The errno of asking what stands at a path; `size` and more in view. */
  stat(path: string, follow = false): number {
    return this.call(
      "path_filestat_get",
      ROOT,
      follow ? 1 : 0,
      ...this.path(path),
      BUFFER,
    );
  }

  /** The size that the last `stat` told. */
  get size(): bigint {
    return this.view.getBigUint64(BUFFER + 32, true);
  }

  /** The inode that the last `stat` told. */
  get ino(): bigint {
    return this.view.getBigUint64(BUFFER + 8, true);
  }

  /** The modification time that the last `stat` told, in nanoseconds. */
  get mtim(): bigint {
    return this.view.getBigUint64(BUFFER + 48, true);
  }

  /** Everything in a directory, read in pieces of `piece` bytes. */
  list(fd: number, piece = 4096): Entry[] {
    const entries: Entry[] = [];
    for (let cookie = 0n;;) {
      const errno = this.call("fd_readdir", fd, BUFFER, piece, cookie, RESULT);
      if (errno !== 0) throw new Error(`errno ${errno}`);
      const used = this.u32;
      const found = this.#entries(used);
      entries.push(...found);
      if (used < piece) return entries;
      cookie = found.at(-1)?.next ?? cookie;
    }
  }

  /** The names in a directory of the root, or the errno of opening it. */
  names(path: string): string[] | number {
    const { errno, fd } = this.open(path, { rights: LIST, oflags: 2 });
    if (errno !== 0) return errno;
    try {
      return this.list(fd).map(({ name }) => name);
    } finally {
      this.call("fd_close", fd);
    }
  }

  /** What an import put at the result pointer. */
  get u32(): number {
    return this.view.getUint32(RESULT, true);
  }

  #iovec(length: number): void {
    this.view.setUint32(IOVEC, BUFFER, true);
    this.view.setUint32(IOVEC + 4, length, true);
  }

  #entries(used: number): Entry[] {
    const entries: Entry[] = [];
    for (let at = BUFFER; at + 24 <= BUFFER + used;) {
      const length = this.view.getUint32(at + 16, true);
      if (at + 24 + length > BUFFER + used) break;
      entries.push({
        next: this.view.getBigUint64(at, true),
        ino: this.view.getBigUint64(at + 8, true),
        filetype: this.view.getUint8(at + 20),
        name: this.text(at + 24, length),
      });
      at += 24 + length;
    }
    return entries;
  }
}

/** A granted directory beside one that was not, both gone at the end. */
export class Ground implements Disposable {
  readonly #base: string;
  readonly inside: string;
  readonly outside: string;

  constructor() {
    this.#base = Deno.realPathSync(Deno.makeTempDirSync());
    this.inside = `${this.#base}/inside`;
    this.outside = `${this.#base}/outside`;
    Deno.mkdirSync(this.inside);
    Deno.mkdirSync(this.outside);
    Deno.writeTextFileSync(`${this.outside}/secret`, "secret");
  }

  /** A path to the granted directory that no link can follow. */
  anchor(): string | undefined {
    const links = `${this.#base}/links`;
    Deno.mkdirSync(links);
    return createLinkAnchor(links, this.inside);
  }

  /** What is outside, as it must still be at the end. */
  outsideNow(): Record<string, string> {
    return Object.fromEntries(
      [...Deno.readDirSync(this.outside)].map(({ name }) => [
        name,
        Deno.readTextFileSync(`${this.outside}/${name}`),
      ]),
    );
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#base, { recursive: true });
  }
}

/** Numbers that are the same in every run. */
export function randomNumbers(seed: number): (below: number) => number {
  return (below) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
}
