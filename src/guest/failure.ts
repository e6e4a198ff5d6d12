/** Maps anything that a call threw to an error record. */

import type { ErrorRecord } from "../channel/error_record.ts";
import { ExecutionFailed } from "../errors.ts";
import { oneLine } from "../quote.ts";
import { type StopPage, StopReason } from "../stop_page.ts";
import type { GuestInstance } from "./instance.ts";

const MAX_TEXT = 300;
const MAX_FRAMES = 5;

/**
 * Describes what ended a call.
 *
 * @param guest The instance, if it was created before the failure.
 * @param exitCode The guest's exit code, if it exited.
 */
export function describeFailure(
  thrown: unknown,
  stopPage: StopPage,
  guest: GuestInstance | undefined,
  exitCode: number | undefined,
): ErrorRecord {
  const { reason } = stopPage;
  const isOver = reason === StopReason.Running || reason === StopReason.Exit;
  if (!isOver) return { kind: "Stopped" };
  if (guest?.hasOverrun) return { kind: "FuelExhausted" };
  // Our own finding says more than the fact that a program exited.
  if (thrown instanceof ExecutionFailed) {
    return { kind: "ExecutionFailed", message: thrown.message };
  }
  if (reason === StopReason.Exit) {
    return {
      kind: "ExecutionFailed",
      message: `Guest exited with code ${exitCode}`,
    };
  }
  if (thrown instanceof WebAssembly.RuntimeError) {
    if (guest?.isOutOfFuel) return { kind: "FuelExhausted" };
    if (stopPage.growthRefused) {
      return {
        kind: "MemoryLimitExceeded",
        message: `Guest trapped after its memory was refused to grow: ${
          describeTrap(thrown)
        }`,
      };
    }
    return {
      kind: "ExecutionFailed",
      message: `Guest trapped: ${describeTrap(thrown)}`,
    };
  }
  return { kind: "ExecutionFailed", message: describeOther(thrown) };
}

function describeOther(thrown: unknown): string {
  if (isException(thrown)) {
    return "Guest threw an exception and did not catch it";
  }
  if (thrown instanceof RangeError) {
    return /call stack/.test(thrown.message)
      ? `Guest overflowed its stack${frames(thrown)}`
      : `Guest could not run: ${cut(thrown.message)}`;
  }
  return `Guest failed: ${cut(String(thrown))}`;
}

function isException(thrown: unknown): boolean {
  const { Exception } = WebAssembly as unknown as {
    Exception: abstract new () => unknown;
  };
  return thrown instanceof Exception;
}

function describeTrap(trap: WebAssembly.RuntimeError): string {
  return `${cut(trap.message)}${frames(trap)}`;
}

/** The innermost guest functions, named by the module's name section. */
function frames(error: Error): string {
  const names: string[] = [];
  for (const line of (error.stack ?? "").split("\n")) {
    const frame = /^\s+at (.*) \(?wasm:\/\/\S+wasm-function\[(\d+)\]/.exec(
      line,
    );
    if (frame) names.push(cut(frame[1]!.replace(/^.*?\./, "")));
    if (names.length === MAX_FRAMES) break;
  }
  return names.length === 0 ? "" : ` in ${names.join(" < ")}`;
}

function cut(text: string): string {
  return oneLine(text, MAX_TEXT);
}
