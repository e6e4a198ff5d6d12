/** Programs of code mode that share their state. */

import type { CallOptions } from "../../../mod.ts";
import type { CodeResult } from "./code_result.ts";
import type { ProgramSession } from "./program_box.ts";

/** Makes a session; only code mode does. */
export let createCodeSession: (session: ProgramSession) => CodeSession;

/**
 * Programs that go on in the state of those before them, one after another.
 * Close it at the end.
 */
export class CodeSession implements AsyncDisposable {
  readonly #session: ProgramSession;

  private constructor(session: ProgramSession) {
    this.#session = session;
  }

  static {
    createCodeSession = (session) => new CodeSession(session);
  }

  /** Why the session takes no more programs; `undefined` while it does. */
  get ended(): string | undefined {
    return this.#session.ended;
  }

  /**
   * Runs a program, and never throws for what it does.
   *
   * @throws {TypeError} for an option that does not exist or is impossible.
   * @throws the signal's reason when the run is aborted.
   */
  async run(code: string, options: CallOptions = {}): Promise<CodeResult> {
    return await this.#session.run(code, options);
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
