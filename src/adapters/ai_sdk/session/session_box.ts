/** The sandbox of a session, and what its calls leave for each other. */

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

/** Where files are when nothing is granted. */
const WORK = "/work";

/** Commands that wait for input keep theirs. */
const LEAST_WORKERS = 4;

/** By path, which guests choose. */
type Files = ReadonlyMap<string, Uint8Array>;

/** What a run changed in memory has no room. */
export class NoRoomLeft extends Error {
  /** Its class. */
  override readonly name = "NoRoomLeft";

  constructor(guest: string, maxBytes: number) {
    super(
      `Cannot keep files: ${guest} would have more than ${maxBytes} bytes, with what was written meanwhile`,
    );
  }
}

/** A sandbox whose memory directories outlast a call. */
export class SessionBox {
  readonly sandbox: ToolSandbox;
  /** What its calls change in folders with an overlay. */
  readonly overlay: Overlay | undefined;
  /** The absolute path where relative ones begin. */
  readonly base: string;
  /** The absolute paths of all folders. */
  readonly folders: readonly string[];
  /** What is in memory, by directory. */
  #memory: ReadonlyMap<string, Files>;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws {TypeError} for an option that does not exist or is impossible. */
  constructor(given: SandboxOptions) {
    const memory = memoryDirectories(given);
    this.#memory = new Map(
      memory.map((one) => [one.guest, new Map(Object.entries(one.files))]),
    );
    // Its calls bring what is in memory; what the configuration has would
    // be there again after it was removed.
    const empty = memory
      .map(({ guest, maxBytes }) => [guest, { maxBytes }] as const);
    this.sandbox = new ToolSandbox({
      maxWorkers: Math.max(LEAST_WORKERS, navigator.hardwareConcurrency),
      ...given,
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
   * begins when the one before it has ended, but for short ones. Those that
   * share an overlay always take turns.
   *
   * @param isShort Whether it does one thing with one file.
   * @throws {NoRoomLeft} when what it changed has no room beside what others
   * changed meanwhile; none of it is kept.
   * @throws the signal's reason, also when its turn has not come.
   */
  async run(
    module: SandboxedModule,
    options: RunOptions,
    isShort = false,
  ): Promise<RunResult> {
    const run = () => this.#run(module, options);
    const waits = this.overlay !== undefined ||
      (this.#memory.size > 0 && !isShort);
    return waits ? await this.#inTurn(options.signal, run) : await run();
  }

  async #run(module: SandboxedModule, options: RunOptions): Promise<RunResult> {
    const result = await this.sandbox.run(module, {
      ...options,
      ...this.overlay && { overlay: this.overlay },
      ...this.#memory.size > 0 && { files: this.#files() },
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

  /** All of what a run changed in memory, or nothing. */
  #keep({ files, removed }: RunResult): void {
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
      const bytes = [...next.get(guest)?.values() ?? []]
        .reduce((sum, { length }) => sum + length, 0);
      if (bytes > maxBytes) throw new NoRoomLeft(guest, maxBytes);
    }
    this.#memory = next;
  }
}

/** Those that are granted; one where nothing is, to have a place for files. */
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
