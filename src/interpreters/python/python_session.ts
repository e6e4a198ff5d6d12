/** Python programs that share their state, one after another. */

import type { SandboxSession } from "../../../mod.ts";
import {
  type PythonRunOptions,
  runCode,
  toCallOptions,
} from "./python_turn.ts";
import { type PythonResult, toPythonResult } from "./python_result.ts";

/** Makes a session; only an interpreter does. */
export let createPythonSession: (session: SandboxSession) => PythonSession;

/**
 * Programs that share variables, modules and files. An exception leaves what
 * was done before it; a program that meets a limit ends the session, unless it
 * was opened with `rollback`.
 */
export class PythonSession implements AsyncDisposable {
  readonly #session: SandboxSession;

  private constructor(session: SandboxSession) {
    this.#session = session;
  }

  static {
    createPythonSession = (session) => new PythonSession(session);
  }

  /** Why the session takes no more programs; `undefined` while it does. */
  get ended(): string | undefined {
    return this.#session.ended;
  }

  /**
   * Runs a program. `files` of the result are those that were made or changed
   * since the session began.
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

  /** Opens a second session that goes on from the present state. */
  async fork(): Promise<PythonSession> {
    return new PythonSession(await this.#session.fork());
  }

  /** Ends the session, and frees everything. */
  async close(): Promise<void> {
    await this.#session.close();
  }

  /** The same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
