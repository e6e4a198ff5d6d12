/** Code mode programs that share state. */

import type { CallOptions } from "../../../mod.ts";
import type { CodeResult } from "./code_result.ts";
import type { ProgramSession } from "./program_box.ts";

/** Creates a session; used only by code mode. */
export let createCodeSession: (session: ProgramSession) => CodeSession;

/**
 * A session of programs that run one after another and share state. Close it
 * when done.
 */
export class CodeSession implements AsyncDisposable {
  readonly #session: ProgramSession;

  private constructor(session: ProgramSession) {
    this.#session = session;
  }

  static {
    createCodeSession = (session) => new CodeSession(session);
  }

  /** Why the session has ended; `undefined` while it is open. */
  get ended(): string | undefined {
    return this.#session.ended;
  }

  /**
   * Runs a program; returns its failures instead of throwing them.
   *
   * @throws {TypeError} for an unknown or invalid option.
   * @throws the signal's reason when the run is aborted.
   */
  async run(code: string, options: CallOptions = {}): Promise<CodeResult> {
    return await this.#session.run(code, options);
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
