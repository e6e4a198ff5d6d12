/** The result of a verb, and how it is told. */

import {
  type Denied,
  type FileOperation,
  SandboxError,
  type Usage,
} from "../../mod.ts";
import { EXIT_CODES, type FailureKind, SUCCESS } from "./exit_code.ts";
import { oneLine, quote } from "../quote.ts";
import { printable, printableLines } from "./printable.ts";
import type { SettledChanges } from "./settle_changes.ts";
import type { Terminal } from "./terminal.ts";

/** How many refused files are told, of those that came last. */
const MOST_FILES = 5;

/** The result of a verb. */
export interface Outcome {
  /** Whether `value` counts, or `error`. */
  readonly ok: boolean;
  /** What goes to standard output, as JSON. */
  readonly value?: unknown;
  /** What goes there instead when a person reads it. */
  readonly text?: string;
  /** Why it failed. */
  readonly error?: unknown;
  /** What the call used, where one was made. */
  readonly usage?: Usage;
  /** What a program that ran to its end passed to `proc_exit`. */
  readonly exitCode?: number;
  /** What the guest wrote to its standard output, unless it was passed on. */
  readonly stdout?: string;
  /** What the guest wrote to its standard error, unless it was passed on. */
  readonly stderr?: string;
  /** Whether it wrote more than is kept. */
  readonly isOutputCut?: boolean;
  /** What it changed in overlays, and what became of that. */
  readonly settled?: SettledChanges | undefined;
  /** What the guest asked for and was refused. */
  readonly denied?: readonly Denied[];
}

/** An outcome that fails when what was to be committed was not. */
export function settledOutcome(
  outcome: Outcome,
  settled: SettledChanges | undefined,
): Outcome {
  if (!settled?.error) return { ...outcome, settled };
  return { ...outcome, ok: false, error: settled.error, settled };
}

/**
 * Tells the outcome: the value on standard output, everything else on standard
 * error, or one JSON object on standard output and the reason beside it.
 *
 * @returns the exit code.
 */
export async function tell(
  outcome: Outcome,
  terminal: Terminal,
  json: boolean,
): Promise<number> {
  const { ok, error, text, value, stdout = "", stderr = "" } = outcome;
  // The reason first: standard output may be closed.
  if (!json) {
    const text = lines(stdout) + lines(stderr) +
      lines(refusals(outcome).join("\n"));
    await terminal.writeError(text);
  }
  if (!ok) await terminal.writeError(`${reason(error)}\n`);
  if (json) await terminal.writeOutput(`${toJson(envelope(outcome))}\n`);
  else if (ok) await terminal.writeOutput(text ?? `${toJson(value)}\n`);
  return ok ? processExitCode(outcome) : EXIT_CODES[failureKind(error)];
}

/** Files are told of a failure alone: programs look for many as they start. */
function refusals({ ok, exitCode, denied = [] }: Outcome): string[] {
  const requests = denied.filter(({ path }) => path === undefined);
  const hasFailed = !ok || (exitCode ?? SUCCESS) !== SUCCESS;
  const files = hasFailed
    ? denied.filter(({ path }) => path !== undefined)
    : [];
  return [...requests, ...files.slice(-MOST_FILES)].map(refusal);
}

function refusal(denied: Denied): string {
  const { path, url, reason } = denied;
  return path === undefined
    ? `Refused a request to ${url}: ${reason}`
    : `Refused to ${VERBS[denied.operation]} ${
      oneLine(quote(path), 200)
    }: ${reason}`;
}

const VERBS: Readonly<Record<FileOperation, string>> = {
  read: "read",
  write: "write",
  list: "list",
  stat: "look at",
  create: "create",
  remove: "remove",
  rename: "rename",
  link: "link",
  times: "set the times of",
};

/** A process has one byte for it, and must not turn a failure into success. */
function processExitCode({ exitCode = SUCCESS }: Outcome): number {
  return exitCode === SUCCESS ? SUCCESS : exitCode & 0xff || 1;
}

/** What kind of failure an error is. */
function failureKind(error: unknown): FailureKind {
  if (error instanceof SandboxError) return error.kind;
  const name = error instanceof Error ? error.name : "";
  return isOwnKind(name) ? name : "UnexpectedError";
}

function isOwnKind(name: string): name is FailureKind {
  return name === "UsageError" || name === "ChangesNotCommitted" ||
    name === "Interrupted" ||
    name === "OutputClosed";
}

/** The object that `--json` prints. */
function envelope(outcome: Outcome): Record<string, unknown> {
  const { ok, value, error, exitCode, usage = null } = outcome;
  const { stdout, stderr, isOutputCut, denied, settled } = outcome;
  const changes = settled && {
    changes: settled.list,
    diff: settled.diff,
    committed: settled.committed,
  };
  const what = ok ? { exitCode, value } : { error: errorObject(error) };
  return {
    ok,
    ...what,
    usage,
    stdout,
    stderr,
    isOutputCut,
    denied,
    ...changes,
  };
}

function errorObject(error: unknown): Record<string, unknown> {
  const kind = failureKind(error);
  const known = { kind, message: message(error), exitCode: EXIT_CODES[kind] };
  if (!(error instanceof SandboxError)) return known;
  return { ...known, ...error.toJSON() };
}

function reason(error: unknown): string {
  return printable(`${failureKind(error)}: ${message(error)}`);
}

function message(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isUnexpected = failureKind(error) === "UnexpectedError";
  return isUnexpected ? String(error) : error.message;
}

/** One line of JSON. */
function toJson(value: unknown): string {
  return printable(JSON.stringify(value));
}

function lines(text: string): string {
  return text === "" || text.endsWith("\n")
    ? printableLines(text)
    : `${printableLines(text)}\n`;
}
