/** A session of Python programs that share state. */

import type { SandboxSession } from "../../../mod.ts";
import {
  type PythonRunOptions,
  runCode,
  toCallOptions,
} from "./python_turn.ts";
import { type PythonResult, toPythonResult } from "./python_result.ts";

/** Creates a session; used only by the interpreter. */
export let createPythonSession: (session: SandboxSession) => PythonSession;

/**
 * Programs that share variables, modules and files. What a program did before
 * an exception is kept; a program that exceeds a limit ends the session, unless
 * it was opened with `rollback`.
 */
export class PythonSession implements AsyncDisposable {
  readonly #session: SandboxSession;

  private constructor(session: SandboxSession) {
    this.#session = session;
  }

  static {
    createPythonSession = (session) => new PythonSession(session);
  }

  /** Why the session has ended; `undefined` while it is open. */
  get ended(): string | undefined {
    return this.#session.ended;
  }

  /**
   * Runs a program. The `files` of the result are those created or changed
   * since the session started.
   */
  async run(
    code: string,
    options: PythonRunOptions = {},
  ): Promise<PythonResult> {
    const bytes = new TextEncoder()
      .encode(runCode(code, options.args, false));
    return toPythonResult(
      await this.#session.callBytes(
        "turn",
        bytes,
        "host_alloc",
        toCallOptions(options),
      ),
    );
  }

  /** Opens a second session that continues from the current state. */
  async fork(): Promise<PythonSession> {
    return new PythonSession(await this.#session.fork());
  }

  /** Ends the session and frees all resources. */
  async close(): Promise<void> {
    await this.#session.close();
  }

  /** The same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
