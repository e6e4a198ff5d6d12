/**
 * Progress and log messages that a running guest writes to standard error, one
 * per line. A guest may write anything, any number of times.
 */

import type { JsonValue } from "../../../mod.ts";

/** The progress of a call. */
export interface ProgressReport {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

/**
 * The levels of a log message:
 * https://modelcontextprotocol.io/specification/2025-11-25/server/utilities/logging#log-levels
 */
export const LOG_LEVELS = [
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
] as const;

/** The level of a log message. */
export type LogLevel = typeof LOG_LEVELS[number];

/** The receivers of reports. */
export interface ReportReader {
  /** `undefined` if progress was not requested. */
  readonly progress: ((report: ProgressReport) => Promise<void>) | undefined;
  readonly log: (level: LogLevel, text: string) => Promise<void>;
}

/** Maximum line length; the rest of a longer line is dropped. */
const MOST_LINE_BYTES = 8_192;
/** Maximum number of reports per call, so that a client is not flooded. */
const MOST_REPORTS = 1_000;
const MOST_TAIL = 1_000;
const NEWLINE = 0x0a;
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Parses the standard error of one call. A line such as
 * `{"progress":50,"total":100,"message":"half"}` is progress,
 * `{"level":"warning","message":"slow"}` a log message of that level, and any
 * other a log message of level `info`.
 */
export class GuestReports {
  readonly #reader: ReportReader;
  readonly #line = new Uint8Array(MOST_LINE_BYTES);
  #length = 0;
  #count = 0;
  #progress = -Infinity;
  #tail = "";

  constructor(reader: ReportReader) {
    this.#reader = reader;
  }

  /** The end of its output, which often says why it failed. */
  get tail(): string {
    return this.#tail;
  }

  /** Takes a chunk of standard error; the guest waits until it is reported. */
  async write(bytes: Uint8Array): Promise<void> {
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start);
      this.#keep(bytes.subarray(start, end < 0 ? undefined : end));
      if (end < 0) return;
      await this.end();
      start = end + 1;
    }
  }

  /** Reports the last line, if it has no newline. */
  async end(): Promise<void> {
    const line = DECODER.decode(this.#line.subarray(0, this.#length)).trim();
    this.#length = 0;
    this.#tail = `${this.#tail}${line}\n`.slice(-MOST_TAIL);
    if (line === "" || this.#count >= MOST_REPORTS) return;
    this.#count++;
    await this.#tell(line);
  }

  #keep(bytes: Uint8Array): void {
    const room = MOST_LINE_BYTES - this.#length;
    const kept = bytes.subarray(0, room);
    this.#line.set(kept, this.#length);
    this.#length += kept.length;
  }

  async #tell(line: string): Promise<void> {
    const said = line.startsWith("{") ? parse(line) : undefined;
    const progress = said && progressOf(said);
    if (progress) return await this.#tellProgress(progress);
    const message = said && messageOf(said);
    await this.#reader.log(message?.level ?? "info", message?.text ?? line);
  }

  /** MCP requires progress to increase with each report. */
  async #tellProgress(report: ProgressReport): Promise<void> {
    if (report.progress <= this.#progress) return;
    this.#progress = report.progress;
    await this.#reader.progress?.(report);
  }
}

type JsonObject = { readonly [key: string]: JsonValue };

function parse(line: string): JsonObject | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function progressOf(
  { progress, total, message }: JsonObject,
): ProgressReport | undefined {
  if (!Number.isFinite(progress)) return undefined;
  return {
    progress: progress as number,
    ...Number.isFinite(total) ? { total: total as number } : {},
    ...typeof message === "string" ? { message } : {},
  };
}

function messageOf(
  { level, message }: JsonObject,
): { level: LogLevel; text: string } | undefined {
  const known = LOG_LEVELS.find((one) => one === level);
  return known && typeof message === "string"
    ? { level: known, text: message }
    : undefined;
}
