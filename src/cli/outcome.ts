/** The result of a verb, and how it is printed. */

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

/** How many of the last refused files are printed. */
const MOST_FILES = 5;

/** The result of a verb. */
export interface Outcome {
  /** Whether `value` or `error` is set. */
  readonly ok: boolean;
  /** The value for standard output, as JSON. */
  readonly value?: unknown;
  /** The text to print there instead, without `--json`. */
  readonly text?: string;
  /** Why it failed. */
  readonly error?: unknown;
  /** The usage of the call, if there was one. */
  readonly usage?: Usage;
  /** The exit code of a program that ran to completion. */
  readonly exitCode?: number;
  /** The guest's standard output, unless it was forwarded. */
  readonly stdout?: string;
  /** The guest's standard error, unless it was forwarded. */
  readonly stderr?: string;
  /** Whether it wrote more than is kept. */
  readonly isOutputCut?: boolean;
  /** Its changes in overlays, and what happened to them. */
  readonly settled?: SettledChanges | undefined;
  /** What the guest was refused. */
  readonly denied?: readonly Denied[];
}

/** An outcome that fails if changes could not be committed. */
export function settledOutcome(
  outcome: Outcome,
  settled: SettledChanges | undefined,
): Outcome {
  if (!settled?.error) return { ...outcome, settled };
  return { ...outcome, ok: false, error: settled.error, settled };
}

/**
 * Prints the outcome: the value to standard output and everything else to
 * standard error, or one JSON object to standard output.
 *
 * @returns the exit code.
 */
export async function tell(
  outcome: Outcome,
  terminal: Terminal,
  json: boolean,
): Promise<number> {
  const { ok, error, text, value, stdout = "", stderr = "" } = outcome;
  // The error first, as standard output may be closed.
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

/**
 * Refused files are printed only for failures, as programs probe for many at
 * startup.
 */
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

/** An exit code has one byte, and a failure must not become 0. */
function processExitCode({ exitCode = SUCCESS }: Outcome): number {
  return exitCode === SUCCESS ? SUCCESS : exitCode & 0xff || 1;
}

/** The kind of failure of an error. */
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
