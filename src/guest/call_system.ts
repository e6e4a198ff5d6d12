/** The system interface of one call: what a guest that imports WASI is given. */

import { encodeFileBundle } from "../channel/file_bundle.ts";
import type { GrantedMemoryDirectory } from "../channel/messages.ts";
import { decodeOutcome } from "../fs/error_code.ts";
import type { CallContext } from "./call_context.ts";
import { callKind } from "./call_kinds.ts";
import { CallStreams } from "./call_streams.ts";
import type { PlannedCall } from "./planned_call.ts";
import { Wasi } from "../imports/wasi/wasi.ts";

const NOTHING: Uint8Array = new Uint8Array();

/** The name of a program that was given none. */
const PROGRAM_NAME = "program";

/** WASI with the streams of one call. */
export class CallSystem {
  /** The imports and what they hold. */
  readonly wasi: Wasi;
  /** Where the guest's standard streams go. */
  readonly streams: CallStreams;

  constructor(call: PlannedCall, context: CallContext) {
    const { channel, stopPage, grants, maxResultBytes } = context;
    const { questions } = channel;
    const { plan, payload } = call;
    const kind = callKind(call.op);
    this.streams = new CallStreams(
      {
        stdin: kind.isProgram && !plan.asksStdin ? payload.slice() : NOTHING,
        asksStdin: plan.asksStdin ?? false,
        tellsOutput: plan.tellsOutput ?? false,
        maxStdoutBytes: kind.answersByStdout
          ? maxResultBytes
          : grants.maxOutputBytes,
        maxStderrBytes: grants.maxOutputBytes,
      },
      questions,
    );
    const memoryDirectories = directoriesOf(call, grants.memoryDirectories);
    const options = {
      args: [plan.programName ?? PROGRAM_NAME, ...plan.args ?? []],
      env: environment(plan.env ?? {}, grants.workingDirectory),
      directories: grants.directories,
      memoryDirectories,
      limits: grants,
      shared: grants.shared,
      root: {
        workingDirectory: grants.workingDirectory,
        maxBytes: grants.maxScratchBytes,
      },
      deterministic: plan.deterministic ?? grants.deterministic,
    };
    this.wasi = new Wasi(options, this.streams, stopPage, {
      symlink: (guest, place, target) => {
        const link = JSON.stringify({ guest, place, target });
        const question = new TextEncoder().encode(link);
        return decodeOutcome(questions.ask("link", question).value);
      },
    });
  }

  /** What was made or changed in the memory directories. */
  files(): Uint8Array {
    const files = this.wasi.changedFiles();
    return Object.keys(files).length > 0 ? encodeFileBundle(files) : NOTHING;
  }
}

/** Go's programs look for their working directory there, and others do not. */
function environment(
  env: Readonly<Record<string, string>>,
  workingDirectory: string | undefined,
): Readonly<Record<string, string>> {
  return workingDirectory === undefined || Object.hasOwn(env, "PWD")
    ? env
    : { ...env, PWD: workingDirectory };
}

/** Those that the call brings, and the granted ones that they do not replace. */
function directoriesOf(
  { memoryDirectories: brought }: PlannedCall,
  granted: readonly GrantedMemoryDirectory[],
): readonly GrantedMemoryDirectory[] {
  if (brought.length === 0) return granted;
  const replaced = new Set(brought.map(({ guest }) => guest));
  return [...granted.filter(({ guest }) => !replaced.has(guest)), ...brought];
}
