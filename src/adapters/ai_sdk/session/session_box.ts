/** The sandbox of a session, and the state between its calls. */

import {
  type CallFiles,
  type MemoryDirectory,
  type Overlay,
  type RunOptions,
  type RunResult,
  SandboxConfig,
  type SandboxedModule,
  type SandboxOptions,
  ToolSandbox,
} from "../../../../mod.ts";
import { quote } from "../../../quote.ts";
import type { GuestPlace } from "./guest_place.ts";

/** The folder for files if nothing is granted. */
const WORK = "/work";

/** Commands that wait for input occupy a worker each. */
const LEAST_WORKERS = 4;

/** Files by path; paths are chosen by guests. */
type Files = ReadonlyMap<string, Uint8Array>;

const NONE: Uint8Array = new Uint8Array();

/** A single file that a run is about, and how much of it the run needs. */
export interface AboutFile extends Pick<GuestPlace, "folder" | "rest"> {
  /** Its bytes, only its name, or nothing if it is replaced. */
  readonly needs: "bytes" | "name" | "nothing";
}

/** The changes of a run in memory conflict with what others changed meanwhile. */
export class NotKept extends Error {
  /** Always the name of the class. */
  override readonly name = "NotKept";
  /** The POSIX name of why. */
  readonly code: "ENOSPC" | "EEXIST";

  constructor(code: NotKept["code"], why: string) {
    super(`Cannot keep what was changed: ${why}, with what changed meanwhile`);
    this.code = code;
  }
}

/** A sandbox whose in-memory directories persist between calls. */
export class SessionBox {
  readonly sandbox: ToolSandbox;
  /** The overlay that its calls share. */
  readonly overlay: Overlay | undefined;
  /** The absolute base of relative paths. */
  readonly base: string;
  /** The absolute paths of all folders. */
  readonly folders: readonly string[];
  /** The in-memory files, by directory. */
  #memory: ReadonlyMap<string, Files>;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws {TypeError} for an unknown or invalid option. */
  constructor(given: SandboxOptions) {
    const memory = memoryDirectories(given);
    this.#memory = new Map(
      memory.map((one) => [one.guest, new Map(Object.entries(one.files))]),
    );
    // In-memory files are passed with each call; configured ones would reappear
    // after being removed.
    const empty = memory
      .map(({ guest, maxBytes }) => [guest, { maxBytes }] as const);
    this.sandbox = new ToolSandbox({
      ...given,
      maxWorkers: given.maxWorkers ??
        Math.max(LEAST_WORKERS, navigator.hardwareConcurrency),
      memoryDirectories: Object.fromEntries(empty),
    });
    const { allowedPaths, workingDirectory } = this.sandbox.config;
    this.folders = [...allowedPaths, ...memory].map(({ guest }) => guest);
    this.base = workingDirectory ?? this.folders[0]!;
    const hasOverlay = allowedPaths.some(({ overlay }) => overlay);
    this.overlay = hasOverlay ? this.sandbox.overlay() : undefined;
  }

  /**
   * Runs a program over the folders. What is in memory is as it was when the
   * run begins, and what it changes there is seen when it has ended; so one
   * begins when the one before it has ended, except for runs that do one thing
   * with one file. Runs that share an overlay always take turns.
   *
   * @param about The file, if the run is about a single one; only that file is
   * passed to it, and the files around it are empty.
   * @throws {NotKept} when its changes conflict with what others changed
   * meanwhile; none of them is kept.
   * @throws the signal's reason, even while it waits for its turn.
   */
  async run(
    module: SandboxedModule,
    options: RunOptions,
    about?: AboutFile,
  ): Promise<RunResult> {
    const run = () => this.#run(module, options, about);
    const waits = this.overlay !== undefined ||
      (this.#memory.size > 0 && !about);
    return waits ? await this.#inTurn(options.signal, run) : await run();
  }

  async #run(
    module: SandboxedModule,
    options: RunOptions,
    about: AboutFile | undefined,
  ): Promise<RunResult> {
    const files = about ? this.#filesAbout(about) : this.#files();
    const result = await this.sandbox.run(module, {
      ...options,
      ...this.overlay && { overlay: this.overlay },
      ...this.#memory.size > 0 && { files },
    });
    this.#keep(result);
    return result;
  }

  async #inTurn<Value>(
    signal: AbortSignal | undefined,
    act: () => Promise<Value>,
  ): Promise<Value> {
    const before = this.#last;
    const turn = Promise.withResolvers<void>();
    this.#last = turn.promise;
    try {
      await unlessAborted(before, signal);
      return await act();
    } finally {
      before.then(() => turn.resolve());
    }
  }

  #files(): CallFiles {
    return Object.fromEntries(
      [...this.#memory].map((
        [guest, files],
      ) => [guest, Object.fromEntries(files)]),
    );
  }

  /** The file, and the names above and below it. */
  #filesAbout({ folder, rest, needs }: AboutFile): CallFiles {
    const near = [...this.#memory.get(folder) ?? []].flatMap(([name, bytes]) =>
      name === rest
        ? needs === "nothing" ? [] : [[name, needs === "bytes" ? bytes : NONE]]
        : rest === "." || isBelow(name, rest) || isBelow(rest, name)
        ? [[name, NONE]]
        : []
    );
    return near.length === 0 ? {} : { [folder]: Object.fromEntries(near) };
  }

  /** Keeps all changes of a run in memory, or none. */
  #keep({ files, removed }: RunResult): void {
    if (Object.keys(files).length + removed.length === 0) return;
    const next = new Map(this.#memory);
    for (const [guest, changed] of Object.entries(files)) {
      const kept = next.get(guest);
      if (kept) next.set(guest, new Map([...kept, ...Object.entries(changed)]));
    }
    for (const path of removed) {
      for (const [guest, kept] of next) {
        const start = guest === "/" ? guest : `${guest}/`;
        const rest = path.startsWith(start) ? path.slice(start.length) : "";
        if (!kept.has(rest)) continue;
        next.set(guest, new Map([...kept].filter(([name]) => name !== rest)));
      }
    }
    for (const { guest, maxBytes } of this.sandbox.config.memoryDirectories) {
      checkFiles(guest, next.get(guest) ?? new Map(), maxBytes);
    }
    this.#memory = next;
  }
}

/** The granted ones; a default one if there are no folders at all. */
function memoryDirectories(given: SandboxOptions): readonly MemoryDirectory[] {
  const builder = SandboxConfig.builder();
  for (
    const [guest, { files, ...options }] of Object.entries(
      given.memoryDirectories ?? {},
    )
  ) {
    builder.memoryDirectory(guest, files, options);
  }
  const granted = builder.build().memoryDirectories;
  const { workingDirectory, allowedPaths = {} } = given;
  const named = [...Object.keys(allowedPaths), ...granted.map((m) => m.guest)];
  const missing = workingDirectory ?? (named.length === 0 ? WORK : undefined);
  if (missing === undefined || named.includes(missing)) return granted;
  const own = SandboxConfig.builder().memoryDirectory(missing).build();
  return [...granted, ...own.memoryDirectories];
}

/** @throws {NotKept} for too many bytes, or a path that is file and folder. */
function checkFiles(guest: string, files: Files, maxBytes: number): void {
  let bytes = 0;
  for (const [name, { length }] of files) {
    bytes += length;
    if (bytes > maxBytes) {
      const why = `${guest} would have more than ${maxBytes} bytes`;
      throw new NotKept("ENOSPC", why);
    }
    for (let at = name.indexOf("/"); at > 0; at = name.indexOf("/", at + 1)) {
      const above = name.slice(0, at);
      if (!files.has(above)) continue;
      const why = `${quote(above)} in ${guest} would be a file and a folder`;
      throw new NotKept("EEXIST", why);
    }
  }
}

function isBelow(name: string, folder: string): boolean {
  return name.startsWith(`${folder}/`);
}

async function unlessAborted(
  turn: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!signal) {
    await turn;
    return;
  }
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([turn, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
