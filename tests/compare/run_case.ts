/** Runs one attack in one package, in a process that is watched. */

import { TextLineStream } from "../text_lines.ts";
import type { Bounds } from "./subject.ts";
import { CANARY, CANARY_NAME } from "./subject.ts";
import { cpuMs, family, peakMiB } from "./watch_process.ts";

/** Which one to run. */
export interface CaseOrder {
  readonly family: string;
  readonly subject: number;
  readonly attack: number;
  readonly bounds: Bounds;
}

/** What came of it. */
export interface CaseResult {
  /**
   * `value` or `error`, as the package said; `crashed` where the process ended;
   * `silent` where nothing had come long after the limit.
   */
  readonly ended: "value" | "error" | "crashed" | "silent";
  /** What the package answered or threw, cut. */
  readonly text: string;
  /** Milliseconds until then. */
  readonly ms: number;
  /** Processor time in the two seconds afterwards, in milliseconds. */
  readonly cpuAfterMs: number;
  /** The most memory of the process over that before the attack, in MiB. */
  readonly memoryMiB: number;
  /** Whether what it answered has a secret of the process in it. */
  readonly escaped: boolean;
  /** Whether the package runs the next program as if nothing had been. */
  readonly works: boolean;
}

/** How long after the limit a package may still answer. */
const PATIENCE_MS = 4_000;
const AFTERWARDS_MS = 2_000;
/** For what comes after an answer, such as its next program. */
const LAST_MS = 15_000;
/** A package that is loaded from a registry for the first time takes long. */
const LOADING_MS = 120_000;

/**
 * Runs it.
 *
 * @throws {Error} when the package can't be loaded, or does not do what is
 * harmless.
 */
export async function runCase(order: CaseOrder): Promise<CaseResult> {
  const process = started(order);
  const lines = new Lines(process);
  try {
    if (!await lines.next(LOADING_MS)) {
      throw new Error(`It did not come to the attack: ${await lines.errors()}`);
    }
    const before = peakMiB(process.pid);
    const beganAt = performance.now();
    const { timeoutMs } = order.bounds;
    const answer = await lines.next(timeoutMs + PATIENCE_MS);
    const ms = performance.now() - beganAt;
    const cpu = cpuMs(process.pid);
    await pause(AFTERWARDS_MS);
    const cpuAfterMs = Math.max(cpuMs(process.pid) - cpu, 0);
    const memoryMiB = Math.max(peakMiB(process.pid) - before, 0);
    const next = answer ? await lines.next(LAST_MS) : undefined;
    return {
      ended: answer?.ended ?? (lines.isOver ? "crashed" : "silent"),
      text: answer?.text ?? "",
      ms: answer?.ms ?? ms,
      cpuAfterMs,
      memoryMiB,
      escaped: answer?.escaped ?? false,
      works: next?.works ?? false,
    };
  } finally {
    await ended(process);
  }
}

/** A line that the process said; each event has some of this. */
interface Said {
  readonly ended?: "value" | "error";
  readonly text?: string;
  readonly ms?: number;
  readonly escaped?: boolean;
  readonly works?: boolean;
}

function started(
  { family, subject, attack, bounds }: CaseOrder,
): Deno.ChildProcess {
  const entry = new URL("./case_process.ts", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "-q",
      "--no-lock",
      "--no-check",
      entry,
      family,
      ...[subject, attack, bounds.timeoutMs, bounds.memoryBytes].map(String),
    ],
    env: { NO_COLOR: "1", [CANARY_NAME]: CANARY },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** What a process says, line by line. */
class Lines {
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;
  #pending: Promise<ReadableStreamReadResult<string>> | undefined;
  /** Whether there will be no other. */
  isOver = false;

  constructor({ stdout, stderr }: Deno.ChildProcess) {
    this.#lines = stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    this.#errors = new Response(stderr).text();
    this.#errors.catch(() => {});
  }

  /** The next event, unless none comes in time. */
  async next(ms: number): Promise<Said | undefined> {
    const timer = Promise.withResolvers<undefined>();
    const id = setTimeout(() => timer.resolve(undefined), ms);
    try {
      for (;;) {
        this.#pending ??= this.#lines.read();
        const read = await Promise.race([this.#pending, timer.promise]);
        if (!read) return undefined;
        this.#pending = undefined;
        this.isOver = read.done;
        if (read.done) return undefined;
        // Packages print, too.
        if (read.value.startsWith('{"event":')) return JSON.parse(read.value);
      }
    } finally {
      clearTimeout(id);
    }
  }

  /** The end of what it printed as errors; for a process that has ended. */
  async errors(): Promise<string> {
    return (await this.#errors).slice(-500);
  }
}

async function ended(process: Deno.ChildProcess): Promise<void> {
  for (const pid of family(process.pid)) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
  await process.status;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
