/** Parses what a program sends to its tools: untrusted JSON. */

import { HostFunctionError, type JsonValue } from "../../../mod.ts";

/** A call as it was sent. */
export interface StartedCall {
  readonly id: number;
  readonly name: string;
  readonly args: JsonValue;
}

/** Calls to start, and how long to wait for the next answer. */
export interface Exchange {
  readonly calls: readonly StartedCall[];
  /** No limit if undefined. */
  readonly waitMs: number | undefined;
}

const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * Reads `{ "calls": [[id, name, args]], "wait": milliseconds or null }`.
 *
 * @throws {HostFunctionError} when it is anything else.
 */
export function readExchange(asked: JsonValue): Exchange {
  const { calls, wait } = (asked ?? {}) as { calls?: unknown; wait?: unknown };
  if (!Array.isArray(calls)) throw malformed();
  const waitMs = typeof wait === "number"
    ? Math.min(Math.max(wait, 0), LONGEST_WAIT_MS)
    : undefined;
  return { calls: calls.map(readCall), waitMs };
}

function readCall(call: unknown): StartedCall {
  if (!Array.isArray(call)) throw malformed();
  const [id, name, args = null] = call;
  if (!Number.isSafeInteger(id) || typeof name !== "string") throw malformed();
  return { id, name, args };
}

function malformed(): HostFunctionError {
  return new HostFunctionError("The calls of tools are malformed");
}
