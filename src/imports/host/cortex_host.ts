/**
 * The import module `cortex_host`, version 1: host functions by name.
 *
 * All parameters and results are i32; pointers refer to the memory that the
 * guest exports as `memory`. Strings are UTF-8. A negative result is a negated
 * error number; `error_text` returns details.
 *
 * ```text
 *   version() -> 1
 *   call(name, name_len, args, args_len) -> length of the answer
 *   list() -> length of the answer
 *   read(buffer, capacity) -> length of what was written    (0 at the end)
 *   error_text(buffer, capacity) -> length
 * ```
 *
 * - `call` calls a function and waits for its answer. `args` is JSON; empty
 *   means `null`. The answer is JSON too, at least `null`.
 * - `list` sets the answer to a JSON list of the functions, such as
 *   `[{"name":"lookup","description":"…","parameters":{}}]`; only `name` is
 *   always present.
 * - `read` writes the next piece of the last answer. The next `call` or `list`
 *   discards what was not read.
 * - `error_text` writes the text of the last error, truncated to `capacity`,
 *   and returns its full length.
 *
 * | error | name | meaning |
 * | --- | --- | --- |
 * | 1 | invalid | the name or the arguments are malformed |
 * | 2 | unknown | there is no such function |
 * | 3 | limit | a limit of the call is reached |
 * | 4 | failed | the function failed; the text is for the guest |
 * | 5 | fault | a pointer is out of bounds |
 *
 * A waiting guest is stopped like any other, at its deadline or when the call
 * is aborted. Functions never call back into the guest.
 */

import { HostError, HostOp } from "../../channel/host_layout.ts";
import type { StopPage } from "../../stop_page.ts";
import { GuestBytes } from "../guest_bytes.ts";
import type { HostDoor } from "../host_door.ts";
import { HostFailure } from "../host_failure.ts";
import type { OpenFamily } from "../open_family.ts";

const VERSION = 1;
const NOTHING: Uint8Array = new Uint8Array();
const ENCODER = new TextEncoder();
const NULL = ENCODER.encode("null");

/** The imports of one call. */
export class CortexHost implements OpenFamily {
  /** Every function of the module. */
  readonly imports: WebAssembly.ModuleImports;
  readonly #host: HostDoor;
  readonly #stopPage: StopPage;
  readonly #memory = new GuestBytes((message) =>
    new HostFailure(HostError.Fault, message)
  );
  /** The unread rest of the last answer. */
  #answer: Uint8Array = NOTHING;
  #errorText: Uint8Array = NOTHING;

  constructor(host: HostDoor, stopPage: StopPage) {
    this.#host = host;
    this.#stopPage = stopPage;
    this.imports = Object.assign(Object.create(null), {
      version: () => VERSION,
      call: this.#bind((name, nameBytes, args, argBytes) => {
        const called = this.#memory.slice(name!, nameBytes!);
        const given = this.#memory.slice(args!, argBytes!);
        const json = given.length === 0 ? NULL : given;
        return this.#ask(HostOp.Call, called, json);
      }),
      list: this.#bind(() => this.#ask(HostOp.List, NOTHING, NOTHING)),
      read: this.#bind((at, bytes) => this.#read(at!, bytes!)),
      error_text: this.#bind((at, bytes) => {
        const into = this.#memory.slice(at!, bytes!);
        into.set(this.#errorText.subarray(0, into.length));
        return this.#errorText.length;
      }),
    });
  }

  /** Sets the memory that the guest's pointers refer to. */
  attach(memory: WebAssembly.Memory): void {
    this.#memory.attach(memory);
  }

  /**
   * Wraps an import: checks the stop word first, so that a stopped guest can't
   * continue from import to import, and returns failures as error numbers.
   */
  #bind(act: (...args: number[]) => number): (...args: number[]) => number {
    return (...args) => {
      this.#stopPage.check();
      try {
        return act(...args);
      } catch (error) {
        if (!(error instanceof HostFailure)) throw error;
        this.#errorText = ENCODER.encode(error.message);
        return -error.code;
      }
    };
  }

  #ask(op: HostOp, name: Uint8Array, payload: Uint8Array): number {
    this.#answer = NOTHING;
    this.#answer = this.#host.ask(op, name, payload);
    return this.#answer.length;
  }

  #read(at: number, bytes: number): number {
    const into = this.#memory.slice(at, bytes);
    const piece = this.#answer.subarray(0, into.length);
    into.set(piece);
    this.#answer = this.#answer.subarray(piece.length);
    return piece.length;
  }
}
