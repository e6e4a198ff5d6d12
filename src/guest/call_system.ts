/** The system interface of one call: what a guest that imports WASI is given. */

import { encodeFileBundle } from "../channel/file_bundle.ts";
import { type CallRequest, Op } from "../channel/layout.ts";
import type { RunPlan } from "../channel/messages.ts";
import { decodeOutcome } from "../fs/error_code.ts";
import type { CallContext } from "./call_context.ts";
import { CallStreams } from "./call_streams.ts";
import { isProgram } from "./program_abi.ts";
import { Wasi } from "../imports/wasi/wasi.ts";

const NOTHING: Uint8Array = new Uint8Array();

/** A tool is no program: it has a name and no arguments. */
const TOOL_PLAN: RunPlan = {
  args: ["tool"],
  env: {},
  asksStdin: false,
  tellsOutput: false,
};

/** WASI with the streams of one call. */
export class CallSystem {
  /** The imports and what they hold. */
  readonly wasi: Wasi;
  /** Where the guest's standard streams go. */
  readonly streams: CallStreams;
  readonly #hasMemoryDirectories: boolean;

  constructor(request: CallRequest, context: CallContext) {
    const { channel, stopPage, grants, maxResultBytes } = context;
    const { questions } = channel;
    const hasPlan = isProgram(request.op);
    const plan = hasPlan ? JSON.parse(request.meta) as RunPlan : TOOL_PLAN;
    this.streams = new CallStreams(
      {
        stdin: hasPlan ? request.payload.slice() : NOTHING,
        asksStdin: plan.asksStdin,
        tellsOutput: plan.tellsOutput,
        maxStdoutBytes: request.op === Op.Command
          ? maxResultBytes
          : grants.maxOutputBytes,
        maxStderrBytes: grants.maxOutputBytes,
      },
      questions,
    );
    this.#hasMemoryDirectories = grants.memoryDirectories.length > 0;
    const options = {
      args: plan.args,
      env: plan.env,
      directories: grants.directories,
      memoryDirectories: grants.memoryDirectories,
      limits: grants,
    };
    this.wasi = new Wasi(options, this.streams, stopPage, {
      symlink: (host, place, target) => {
        const link = JSON.stringify({ host, place, target });
        const question = new TextEncoder().encode(link);
        return decodeOutcome(questions.ask("link", question).value);
      },
    });
  }

  /** What is in the memory directories now. */
  files(): Uint8Array {
    return this.#hasMemoryDirectories
      ? encodeFileBundle(this.wasi.files())
      : NOTHING;
  }
}
