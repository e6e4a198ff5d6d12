/** The WASI of one call: its streams, directories and environment. */

import {
  bundledOverlays,
  bundledRemovals,
  encodeFileBundle,
} from "../channel/file_bundle.ts";
import type {
  GrantedDirectory,
  MemoryDirectory,
} from "../contract/system_grants.ts";
import type { DirectoryImage, StateImage } from "../contract/state_image.ts";
import { ExecutionFailed } from "../errors.ts";
import { quote } from "../quote.ts";
import { decodeOutcome } from "../fs/error_code.ts";
import type { CallContext } from "./call_context.ts";
import { callKind } from "./call_kinds.ts";
import { CallStreams } from "./call_streams.ts";
import type { PlannedCall } from "./planned_call.ts";
import {
  type LinkBroker,
  Wasi,
  type WasiHost,
  type WasiStreams,
} from "../imports/wasi/wasi.ts";

const NOTHING: Uint8Array = new Uint8Array();

/** The default program name. */
const PROGRAM_NAME = "program";

/** An in-memory directory of a call. */
export interface SeenDirectory extends MemoryDirectory {
  /** The files that it was granted with; undefined if the call added it. */
  readonly base: MemoryDirectory["files"] | undefined;
}

/** WASI with the streams of one call. */
export class CallSystem {
  /** The WASI imports and their state. */
  readonly wasi: Wasi;
  /** The in-memory directories that the guest sees. */
  readonly directories: readonly SeenDirectory[];
  #streams: CallStreams;

  /**
   * @param image The saved state to start from, if any.
   * @param Folders Creates the host folders; needed if any are granted.
   */
  constructor(
    call: PlannedCall,
    context: CallContext,
    image: StateImage | undefined,
    Folders: WasiHost["Folders"],
  ) {
    const { channel, stopPage, grants } = context;
    const { questions } = channel;
    const { plan } = call;
    this.#streams = streamsOf(call, context);
    const memoryDirectories = image
      ? resumedDirectories(call, image.directories, grants.memoryDirectories)
      : directoriesOf(call, grants.memoryDirectories);
    this.directories = memoryDirectories;
    const workingDirectory = plan.workingDirectory ?? grants.workingDirectory;
    const options = {
      args: [plan.programName ?? PROGRAM_NAME, ...plan.args ?? []],
      env: environment(plan.env ?? {}, workingDirectory),
      directories: plan.usesOverlays
        ? grants.directories.map(withOverlay)
        : grants.directories,
      memoryDirectories,
      overlays: { ...image?.overlays, ...call.overlays },
      limits: grants,
      shared: grants.shared,
      root: {
        workingDirectory,
        maxBytes: grants.maxScratchBytes,
        files: image?.scratch,
      },
      deterministic: plan.deterministic ?? grants.deterministic,
      monotonicMs: image?.monotonicMs ?? 0,
    };
    const streams: WasiStreams = {
      read: (into) => this.#streams.read(into),
      write: (stream, bytes) => this.#streams.write(stream, bytes),
    };
    const broker: LinkBroker = {
      symlink: (guest, place, target) => {
        const link = JSON.stringify({ guest, place, target });
        const question = new TextEncoder().encode(link);
        return decodeOutcome(questions.ask("link", question).value);
      },
    };
    this.wasi = new Wasi(options, streams, stopPage, { Folders, broker });
  }

  /** The guest's standard streams. */
  get streams(): CallStreams {
    return this.#streams;
  }

  /**
   * Enters the next call of a session, with its streams and files.
   *
   * @throws {ExecutionFailed} when its files do not fit.
   */
  enter(call: PlannedCall, context: CallContext): void {
    this.#streams = streamsOf(call, context);
    for (const { guest, files } of call.memoryDirectories) {
      this.wasi.addFiles(guest, files);
    }
  }

  /** The changes in in-memory directories and overlays. */
  files(): Uint8Array {
    const changes = [...this.wasi.changes()];
    const bundle = {
      ...Object.fromEntries(
        changes.map(([guest, { files }]) => [guest, files]),
      ),
      ...bundledRemovals(
        changes.flatMap(([guest, { removed }]) =>
          removed.map((path) => inside(guest, path))
        ),
      ),
      ...bundledOverlays(this.wasi.changedOverlays()),
    };
    return encodeFileBundle(bundle);
  }
}

/** The guest path of a file in a directory. */
function inside(guest: string, path: string): string {
  return guest.endsWith("/") ? guest + path : `${guest}/${path}`;
}

/** Puts an overlay over a writable folder. */
function withOverlay(directory: GrantedDirectory): GrantedDirectory {
  const { callOverlay: overlay } = directory;
  return overlay ? { ...directory, write: false, overlay } : directory;
}

/** Go programs find their working directory in `PWD`; others don't need it. */
function environment(
  env: Readonly<Record<string, string>>,
  workingDirectory: string | undefined,
): Readonly<Record<string, string>> {
  return workingDirectory === undefined || Object.hasOwn(env, "PWD")
    ? env
    : { ...env, PWD: workingDirectory };
}

function streamsOf(
  { op, plan, payload }: PlannedCall,
  { channel, grants, maxResultBytes }: CallContext,
): CallStreams {
  const kind = callKind(op);
  return new CallStreams(
    {
      stdin: kind.isProgram && !plan.asksStdin ? payload.slice() : NOTHING,
      asksStdin: plan.asksStdin ?? false,
      tellsOutput: plan.tellsOutput ?? false,
      maxStdoutBytes: kind.answersByStdout
        ? maxResultBytes
        : grants.maxOutputBytes,
      maxStderrBytes: grants.maxOutputBytes,
    },
    channel.questions,
  );
}

/**
 * The directories that existed when the snapshot was taken, in the same order,
 * as the guest may remember their descriptors: with their saved contents, and
 * the files of the call.
 */
function resumedDirectories(
  { memoryDirectories: brought }: PlannedCall,
  known: readonly DirectoryImage[],
  granted: readonly MemoryDirectory[],
): readonly SeenDirectory[] {
  for (const { guest } of brought) {
    if (known.some((one) => one.guest === guest)) continue;
    throw new ExecutionFailed(
      `Cannot bring files: the snapshot was taken without the directory ${
        quote(guest)
      }, name it in the snapshot's files`,
    );
  }
  return known.map(({ guest, maxBytes, files, isGranted, removed }) => {
    const own = brought.find((one) => one.guest === guest);
    const base = granted.find((one) => isGranted && one.guest === guest);
    const all = { ...base?.files, ...files, ...own?.files };
    for (const path of removed) {
      if (!own || !Object.hasOwn(own.files, path)) delete all[path];
    }
    return { guest, maxBytes, files: all, base: base?.files };
  });
}

/**
 * The directories of the call, and the granted ones that they do not replace.
 */
function directoriesOf(
  { memoryDirectories: brought }: PlannedCall,
  granted: readonly MemoryDirectory[],
): readonly SeenDirectory[] {
  const replaced = new Set(brought.map(({ guest }) => guest));
  return [
    ...granted.filter(({ guest }) => !replaced.has(guest))
      .map((one) => ({ ...one, base: one.files })),
    ...brought.map((one) => ({ ...one, base: undefined })),
  ];
}
