/** A terminal line with the progress of loading a module. */

import type { LoadProgress } from "../../mod.ts";
import type { Terminal } from "./terminal.ts";

/** Loads faster than this show no progress. */
const QUIET_MS = 300;
/** Update interval of the line. */
const STEP_MS = 100;
/** Moves to the start of the line and clears it. */
const CLEAR = "\r\x1b[K";

const WORDS: Readonly<Record<LoadProgress["phase"], string>> = {
  reading: "Reading",
  preparing: "Preparing",
  compiling: "Compiling",
};

/**
 * Runs a task while a line on standard error shows its progress, if it is a
 * terminal. The line is cleared afterwards.
 */
export async function withProgress<Value>(
  terminal: Pick<Terminal, "isScreen" | "writeError">,
  work: (
    onProgress: ((progress: LoadProgress) => void) | undefined,
  ) => Promise<Value>,
): Promise<Value> {
  if (!terminal.isScreen("error")) return await work(undefined);
  const line = new ProgressLine(terminal);
  try {
    return await work((progress) => line.show(progress));
  } finally {
    await line.clear();
  }
}

class ProgressLine {
  readonly #terminal: Pick<Terminal, "writeError">;
  #nextMs = performance.now() + QUIET_MS;
  #isShown = false;
  #phase = "";

  constructor(terminal: Pick<Terminal, "writeError">) {
    this.#terminal = terminal;
  }

  show(progress: LoadProgress): void {
    const now = performance.now();
    const isNew = this.#isShown && progress.phase !== this.#phase;
    if (now < this.#nextMs && !isNew) return;
    this.#nextMs = now + STEP_MS;
    this.#isShown = true;
    this.#phase = progress.phase;
    // Not awaited.
    this.#write(`${CLEAR}${describe(progress)}`);
  }

  async clear(): Promise<void> {
    if (this.#isShown) await this.#terminal.writeError(CLEAR);
  }

  #write(text: string): void {
    this.#terminal.writeError(text).catch(() => {});
  }
}

function describe({ phase, doneBytes, totalBytes }: LoadProgress): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  const of = totalBytes === undefined ? "" : ` of ${megabytes(totalBytes)}`;
  // V8 does not report progress.
  const how = phase === "compiling"
    ? `${megabytes(totalBytes ?? 0)} MB`
    : `${megabytes(doneBytes)}${of} MB`;
  return `${WORDS[phase]} the module: ${how}`;
}
