/**
 * The complete `wasi_snapshot_preview1` for one guest in one worker.
 *
 * @see https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md
 */
import type { StopPage } from "../../stop_page.ts";
import { DescriptorTable } from "./descriptor_table.ts";
import { bind, FUNCTIONS } from "./functions.ts";
import type { DirectoryImage } from "../../contract/state_image.ts";
import type { DirectoryDescriptor } from "./descriptor.ts";
import { RealClock, SteadyClock } from "./guest_clock.ts";
import { GuestMemory } from "./guest_memory.ts";
import { realRandom, seededRandom } from "./guest_random.ts";
import {
  type GrantedFileSystem,
  GuestRoot,
  INO_STEP,
  type ScratchFiles,
  workingFileSystem,
} from "./guest_root.ts";
import type { HostDirectory } from "../../fs/host/host_directory.ts";
import type { LinkBroker } from "../../fs/host/link_broker.ts";
import {
  type FileChanges,
  MemoryFileSystem,
} from "../../fs/memory/memory_file_system.ts";
import { ExecutionFailed } from "../../errors.ts";
import { quote } from "../../quote.ts";
import type { DeniedFileReport } from "../../channel/denied_file.ts";
import { DeniedFiles } from "./denied_files.ts";
import type { Descriptor } from "./descriptor.ts";
import { preopenRights } from "./path_open.ts";
import { Rights, STREAM_RIGHTS } from "./rights.ts";
import { StreamFile, type WasiStreams } from "./stream_file.ts";
import type { FileClock } from "../../fs/file_clock.ts";
import type { FileSystem } from "../../fs/file_system.ts";
import type { HostFolders } from "./host_folders.ts";
import type { WasiContext } from "./wasi_context.ts";
import type { WasiOptions, WasiRoot } from "./wasi_options.ts";
import { EntryBudget } from "../../fs/entry_budget.ts";

export type { HostDirectory, LinkBroker, WasiStreams };
export type { WasiLimits, WasiOptions, WasiRoot } from "./wasi_options.ts";

/** What a guest with host folders needs of its worker. */
export interface WasiHost {
  /** Creates the folders; its code is loaded with the first grant. */
  readonly Folders?: typeof HostFolders | undefined;
  /** Makes symbolic links; without one, none is made. */
  readonly broker?: LinkBroker | undefined;
}

/** The imports of one guest run, and all of their state. */
export class Wasi {
  /** The shared context, also for other families. */
  readonly context: WasiContext;
  #imports: WebAssembly.ModuleImports | undefined;
  /** The initial descriptors. */
  readonly #initial: ReadonlyMap<number, Descriptor>;
  readonly #memoryTrees: readonly (readonly [string, MemoryFileSystem])[];
  readonly #folders: HostFolders | undefined;
  readonly #fileClock: FileClock = () => this.context.clock.realtime();
  #root: GuestRoot | undefined;

  constructor(
    options: WasiOptions,
    streams: WasiStreams,
    stop: StopPage,
    { Folders, broker }: WasiHost = {},
  ) {
    const granted: GrantedFileSystem[] = [];
    const denied = new DeniedFiles(granted);
    this.context = contextOf(options, streams, stop, denied);
    const entries = new EntryBudget(options.limits.maxEntries);
    this.#memoryTrees = options.memoryDirectories.map(
      ({ guest, files, maxBytes }, index) => {
        const firstIno = (index + 1) * INO_STEP;
        const inside = { firstIno, clock: this.#fileClock };
        return [
          guest,
          new MemoryFileSystem(files, maxBytes, entries, inside),
        ];
      },
    );
    if (options.directories.length > 0) {
      if (!Folders) throw new Error("Worker has no code for folders");
      const clock = this.#fileClock;
      this.#folders = new Folders(options, { entries, stop, clock, broker });
    }
    this.#grant(granted, options, entries);
    this.#initial = this.context.descriptors.snapshot();
  }

  /** Every function of preview 1. */
  get imports(): WebAssembly.ModuleImports {
    return this.#imports ??= bind(this.context, FUNCTIONS);
  }

  /** Sets the memory that the guest's pointers refer to. */
  attach(memory: WebAssembly.Memory): void {
    this.context.memory.attach(memory);
  }

  /** The guest's exit code; `undefined` if it did not exit. */
  get exitCode(): number | undefined {
    return this.context.exitCode;
  }

  /** Changes in in-memory directories, by guest path and path below it. */
  changes(): ReadonlyMap<string, FileChanges> {
    const changes = new Map(
      this.#memoryTrees.map(([guest, tree]) => [guest, tree.changes()]),
    );
    const own = this.#root?.changes();
    return own ? changes.set("/", own) : changes;
  }

  /**
   * Adds files to an in-memory directory, replacing those with the same name.
   *
   * @throws {ExecutionFailed} when there is no such directory, or the files do
   * not fit.
   */
  addFiles(guest: string, files: Readonly<Record<string, Uint8Array>>): void {
    const tree = this.#memoryTrees.find(([name]) => name === guest)?.[1];
    if (!tree) {
      throw new ExecutionFailed(
        `Cannot bring files: there is no directory in memory ${quote(guest)}`,
      );
    }
    tree.addFiles(files);
  }

  /** Descriptor numbers that have changed since the start. */
  get changedDescriptors(): readonly number[] {
    return this.context.descriptors.differences(this.#initial);
  }

  /** The time of the monotonic clock, in milliseconds. */
  get monotonicMs(): number {
    return Number(this.context.clock.monotonic()) / 1e6;
  }

  /** How an in-memory directory differs from its grant. */
  directory(
    guest: string,
    base: Readonly<Record<string, Uint8Array>>,
  ): Pick<DirectoryImage, "files" | "removed"> {
    const tree = this.#memoryTrees.find(([name]) => name === guest)?.[1];
    return tree?.differences(base) ?? { files: {}, removed: [] };
  }

  /** The files in its working directory and `/tmp`, if those are private. */
  scratchFiles(): ScratchFiles {
    return this.#root?.files() ?? {};
  }

  /** The overlays' differences from their folders, by guest path. */
  changedOverlays(): Record<string, Uint8Array> {
    return this.#folders?.overlays.states() ?? {};
  }

  /** The same, for overlays with differences only. */
  unsettledOverlays(): Record<string, Uint8Array> {
    return this.#folders?.overlays.unsettled() ?? {};
  }

  /** Discards overlay changes, which were committed or dropped. */
  emptyOverlays(): void {
    this.#folders?.overlays.empty();
  }

  /** The file operations refused since the last time. */
  takeDenied(): DeniedFileReport[] {
    return this.context.denied.take();
  }

  /** Closes every descriptor. Must be called however the guest ended. */
  close(): void {
    this.context.descriptors.clear();
    this.context.listing = undefined;
    this.#folders?.close();
  }

  #grant(
    granted: GrantedFileSystem[],
    options: WasiOptions,
    entries: EntryBudget,
  ): void {
    granted.push(
      ...this.#folders?.granted ?? [],
      ...this.#memoryTrees
        .map(([guest, fileSystem]) => ({ guest, fileSystem })),
    );
    for (const { guest, fileSystem } of granted) {
      this.context.descriptors.add(preopened(guest, fileSystem));
    }
    const isGranted = granted.some(({ guest }) => guest === "/");
    if (options.root && !isGranted) {
      this.#addRoot(options.root, granted, entries);
    }
  }

  /** Added last, so that granted directories keep their usual numbers. */
  #addRoot(
    root: WasiRoot,
    granted: readonly GrantedFileSystem[],
    entries: EntryBudget,
  ): void {
    const made = this.#root = new GuestRoot({
      ...root,
      granted,
      entries,
      clock: this.#fileClock,
      firstIno: (this.#memoryTrees.length + 1) * INO_STEP,
    });
    const { workingDirectory } = root;
    this.context.denied.setRoot({
      hasFolder: workingFileSystem(granted, workingDirectory) !== undefined,
      get tree() {
        return made.tree;
      },
    });
    this.context.descriptors.addFree({
      ...preopened("/", ROOT_TO_COME),
      get tree() {
        return made.tree;
      },
    });
  }
}

/** Each file system in the tree enforces its own rights. */
const ROOT_TO_COME = { writable: true } as FileSystem;

function preopened(guest: string, tree: FileSystem): DirectoryDescriptor {
  return {
    kind: "directory",
    tree,
    place: "",
    preopen: guest,
    listed: undefined,
    flags: 0,
    ...preopenRights(tree.writable),
  };
}

function contextOf(
  options: WasiOptions,
  streams: WasiStreams,
  stop: StopPage,
  denied: DeniedFiles,
): WasiContext {
  const descriptors = new DescriptorTable(options.limits.maxDescriptors);
  (["stdin", "stdout", "stderr"] as const).forEach((name, fd) => {
    const denied = fd === 0 ? Rights.FD_WRITE : Rights.FD_READ;
    descriptors.set(fd, {
      kind: "file",
      file: new StreamFile(streams, name),
      position: 0,
      flags: 0,
      rightsBase: STREAM_RIGHTS & ~denied,
      rightsInheriting: 0,
    });
  });
  return {
    memory: new GuestMemory(),
    descriptors,
    stop,
    args: options.args.map(terminated),
    environ: Object.entries(options.env).map((pair) =>
      terminated(pair.join("="))
    ),
    ...surroundings(options),
    denied,
    listing: undefined,
    exitCode: undefined,
  };
}

function surroundings(
  { deterministic, monotonicMs = 0 }: WasiOptions,
): Pick<WasiContext, "clock" | "random"> {
  return deterministic
    ? {
      clock: new SteadyClock(deterministic.now, monotonicMs),
      random: seededRandom(deterministic.seed),
    }
    : { clock: new RealClock(monotonicMs), random: realRandom };
}

const encoder = new TextEncoder();

function terminated(text: string): Uint8Array {
  return encoder.encode(`${text}\0`);
}
