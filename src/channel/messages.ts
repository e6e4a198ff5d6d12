/**
 * What is posted to a guest worker: only what must be cloned. Everything that
 * happens in a call goes through shared memory instead.
 */

import type { HttpBuffers } from "./http_layout.ts";
import type { StateImage } from "./state_image.ts";
import type { ChannelBuffers } from "./layout.ts";

/** A name in the import space of a module. */
export interface ImportName {
  readonly module: string;
  readonly name: string;
}

/** A memory that the worker makes for every fresh instance. */
export interface MemoryPlan extends ImportName {
  /** Pages of 64 KiB at the start. */
  readonly initialPages: number;
  /** Pages at most. */
  readonly maximumPages: number;
  /** Whether addresses are 64 bits wide. */
  readonly index64: boolean;
}

/** How an instance of a module is made, limited and started. */
export interface InstancePlan {
  readonly memories: readonly MemoryPlan[];
  readonly stopPage: ImportName;
  /** The modules that it imports functions from. */
  readonly families: readonly string[];
  /** Functions of numbers that it imports from the host. */
  readonly numericImports: readonly NumericImport[];
  /** Whether any of them needs the fetching worker. */
  readonly usesHttp: boolean;
  /** Whether code of its own runs before a call: a start or `_initialize`. */
  readonly runsAtStart: boolean;
  /** Whether it says itself where arguments go: `__tool_alloc`. */
  readonly hasAllocator: boolean;
  /** The export to call before anything else. */
  readonly startExport: string | undefined;
  /** The exports through which its state is taken and put back. */
  readonly state: {
    /** Why it can't be. */
    readonly refusal: string | undefined;
    readonly globals: readonly {
      readonly name: string;
      readonly kind: NumberKind;
    }[];
    readonly tables: readonly string[];
  };
  /** The exported global that counts fuel, and what it may count to. */
  readonly fuel:
    | {
      readonly export: string;
      readonly limit: bigint;
      /** What starting an instance costs by itself. */
      readonly start: bigint;
    }
    | undefined;
  /** The export that sums what memories and tables take, where they can grow. */
  readonly usedExport: string | undefined;
  /** The most bytes that memories and tables may take together. */
  readonly maxMemoryBytes: number;
  /** What the tables take of it at the start. */
  readonly tableBytes: number;
}

/** The types that the numeric call can pass and return. */
export type NumberKind = "i32" | "i64" | "f32" | "f64";

/** A function of numbers that a module imports, by a configured name. */
export interface NumericImport {
  readonly name: string;
  readonly params: readonly NumberKind[];
  readonly results: readonly NumberKind[];
}

/** A host directory that guests see. */
export interface GrantedDirectory {
  /** The name that guests know it by. */
  readonly guest: string;
  /** Its absolute path on the host, without links. */
  readonly host: string;
  readonly write: boolean;
  /** That guests change a layer over it, and what that may hold. */
  readonly overlay?: {
    readonly maxBytes: number;
    readonly maxEntries: number;
  };
  /** A path to it that uses up the links a path may have, if there is one. */
  readonly anchor?: string;
  /** The folder that the anchor is in. */
  readonly anchorFolder?: string;
  /** What it was when it was granted; unknown for one that was not there. */
  readonly identity?: { readonly dev: number; readonly ino: number };
  /** The locks to hold for changes, ascending. */
  readonly locks?: readonly number[];
  /** Places in it that are granted for reading only. */
  readonly readOnly?: readonly string[];
}

/** Memory about granted folders that all workers of this process share. */
export interface SharedFolders {
  readonly locks: SharedArrayBuffer;
  readonly held: SharedArrayBuffer;
}

/** A directory that lives in memory during a call. */
export interface GrantedMemoryDirectory {
  readonly guest: string;
  /** What is in it at first, by path. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The most bytes of all its files together. */
  readonly maxBytes: number;
}

/** A clock and randomness that are the same in every run. */
export interface GrantedDeterminism {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly seed: number;
}

/** What guests that import WASI are given, and their limits. */
export interface SystemGrants {
  readonly directories: readonly GrantedDirectory[];
  readonly memoryDirectories: readonly GrantedMemoryDirectory[];
  /** Bytes kept of stdout and of stderr each. */
  readonly maxOutputBytes: number;
  /** Open descriptors, streams and directories included. */
  readonly maxDescriptors: number;
  /** Bytes written to host directories in one call. */
  readonly maxWriteBytes: number | undefined;
  /** Where relative paths lead, if that was said. */
  readonly workingDirectory: string | undefined;
  /** Bytes of a working directory in memory, and of `/tmp`. */
  readonly maxScratchBytes: number;
  readonly deterministic: GrantedDeterminism | undefined;
  /** Files, directories and links made in one call. */
  readonly maxEntries: number;
  readonly shared: SharedFolders;
}

/**
 * What one call has beside its payload, as JSON in the request's meta: only
 * what differs from the worker's grants and limits.
 */
export interface CallPlan {
  /** The export to call, for a kind of call that needs a name. */
  readonly exportName?: string;
  /** The export that says where a payload goes, for a call with bytes. */
  readonly allocator?: string;
  /** The types of its parameters. */
  readonly params?: readonly NumberKind[];
  /** The types of its results. */
  readonly results?: readonly NumberKind[];
  /** The name that a program is told as its own. */
  readonly programName?: string;
  /** The arguments behind the program's name. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether standard input is asked for, and not in the payload. */
  readonly asksStdin?: boolean;
  /** Whether output is passed on while the guest runs. */
  readonly tellsOutput?: boolean;
  /** The clock and the seed, instead of the worker's. */
  readonly deterministic?: GrantedDeterminism;
  /** Fuel in digits, instead of the module's. */
  readonly maxFuel?: string;
  /** Bytes of memories and tables, instead of the module's. */
  readonly maxMemoryBytes?: number;
  /**
   * Directories in memory of this call, with the bytes that each may hold; one
   * of the worker's grants with the same name makes way.
   */
  readonly memoryDirectories?:
    readonly (readonly [guest: string, maxBytes: number])[];
  /** Whether the bundle has what earlier calls changed in overlays. */
  readonly hasOverlays?: boolean;
  /** Their files are a bundle of so many bytes at the payload's end. */
  readonly bundleBytes?: number;
}

/** The first message: the memory that is shared with the worker. */
export interface StartMessage {
  readonly type: "start";
  readonly stopPage: WebAssembly.Memory;
  readonly buffers: ChannelBuffers;
  /** The most bytes that a tool may answer with. */
  readonly maxResultBytes: number;
  readonly grants: SystemGrants;
}

/** Makes a module known to the worker. */
export interface ModuleMessage {
  readonly type: "module";
  /** The number that requests name it by. */
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  /** For a snapshot: the state that every call begins in. */
  readonly kept?: KeptState | undefined;
}

/** A state that is put back, and what copies into each memory. */
export interface KeptState {
  readonly image: StateImage | undefined;
  readonly copiers: readonly WebAssembly.Module[];
}

/** Opens a session: a module whose calls share one instance. */
export interface SessionMessage {
  readonly type: "session";
  /** The number that requests name it by. */
  readonly id: number;
  readonly module: WebAssembly.Module;
  readonly plan: InstancePlan;
  readonly kept: KeptState;
  /** What it brings: a plan as JSON, and the bundle of its files. */
  readonly meta: string;
  readonly bundle: Uint8Array;
  /** Whether a call that fails leaves the state as it was. */
  readonly rollsBack: boolean;
}

/** Makes the worker post the state of a session. */
export interface TakeMessage {
  readonly type: "take";
  readonly id: number;
}

/** Connects the worker to the fetching worker, or to the one after it. */
export interface NetworkMessage {
  readonly type: "network";
  readonly buffers: HttpBuffers;
}

/** Makes the worker drop modules. */
export interface ForgetMessage {
  readonly type: "forget";
  readonly ids: readonly number[];
}

/** Everything that the host posts to a guest worker. */
export type GuestMessage =
  | StartMessage
  | ModuleMessage
  | ForgetMessage
  | NetworkMessage
  | SessionMessage
  | TakeMessage;

/** Everything that a guest worker posts to the host. */
export type HostMessage =
  | { readonly type: "ready" | "closed" }
  | { readonly type: "taken"; readonly image: StateImage }
  | { readonly type: "not taken"; readonly reason: string };
