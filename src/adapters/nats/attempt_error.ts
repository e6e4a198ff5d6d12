/** Maps an attempt without a result to a sandbox error. */

import {
  type AnySandboxError,
  Busy,
  ExecutionFailed,
  SandboxClosed,
  TimeoutExceeded,
  WorkerLost,
} from "../../errors.ts";
import { quote } from "../../quote.ts";
import type { AttemptEnd } from "./call_attempt.ts";
import { REFUSALS } from "./frames.ts";

/** The requested tool. */
export interface AskedTool {
  readonly tool: string;
  readonly hash: string;
  readonly timeoutMs: number;
}

/** Creates the error for an attempt that ended without a result. */
export function attemptError(
  end: Exclude<AttemptEnd, { kind: "result" }>,
  instance: string | undefined,
  { tool, hash, timeoutMs }: AskedTool,
): AnySandboxError {
  const call = `a call of ${quote(tool)}`;
  const service = instance === undefined
    ? "The service"
    : `Service ${instance.slice(0, 8)}`;
  switch (end.kind) {
    case "refused":
      return refused(end, `${service} refused ${call}`);
    case "nobody":
      return new SandboxClosed(
        `No service has tool ${quote(tool)} with hash ${hash.slice(0, 16)}`,
      );
    case "silent":
      return new WorkerLost(
        `${service} did not respond for ${
          Math.round(end.ms)
        } ms in ${call}, which may have run`,
      );
    case "wrong":
      return new ExecutionFailed(
        `${service} answered ${call} with an invalid result: ${end.why}`,
      );
    case "closed":
      return new SandboxClosed("The connection to the NATS server was closed");
    case "given up":
      return new TimeoutExceeded(timeoutMs);
  }
}

function refused(
  { reason, why }: Extract<AttemptEnd, { kind: "refused" }>,
  what: string,
): AnySandboxError {
  // The service's own text, which is untrusted.
  const message = `${what}: ${quote(why)}`;
  return reason === REFUSALS.Busy || reason === REFUSALS.Draining
    ? new Busy(0, message)
    : new ExecutionFailed(message);
}
