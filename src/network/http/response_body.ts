/** A response's body: unframed, unpacked, counted and masked. */

import type { BodyFraming } from "./body_framing.ts";
import type { ByteBudget } from "../policy/byte_budget.ts";
import type { MaskingStream } from "../secrets/masking_stream.ts";
import type { Connection } from "./connection.ts";
import { Gunzip } from "./gunzip.ts";

/** What a body is read with. */
export interface BodyParts {
  readonly connection: Connection;
  readonly framing: BodyFraming;
  readonly isGzip: boolean;
  readonly budget: ByteBudget;
  readonly mask: MaskingStream | undefined;
  /** Called once nothing more is read, with whether it came to its end. */
  readonly done: (isComplete: boolean) => void;
}

const NOTHING = new Uint8Array();
/** Packed bytes may be so many more than what they unpack to, uncounted. */
const PACKED_SLACK_BYTES = 65_536;

/** Reads a body in pieces of any size; nothing is read ahead. */
export class ResponseBody {
  readonly #parts: BodyParts;
  readonly #gunzip: Gunzip | undefined;
  /** Bytes off the wire, and unpacked; and what was counted. */
  #received = 0;
  #unpacked = 0;
  #counted = 0;
  #isDone = false;

  constructor(parts: BodyParts) {
    this.#parts = parts;
    this.#gunzip = parts.isGzip ? new Gunzip(() => this.#receive()) : undefined;
    if (parts.framing.isEnd && !this.#gunzip) this.#end();
  }

  /** Whether it is another than was sent. */
  get isUnpacked(): boolean {
    return this.#gunzip !== undefined;
  }

  /** Whether all of it was read. */
  get isEnd(): boolean {
    return this.#isDone;
  }

  /**
   * What can be had without waiting; it may be empty. A copy.
   *
   * @throws {Refusal} when it is malformed or too large.
   */
  take(): Uint8Array {
    if (this.#isDone || this.#gunzip) return NOTHING;
    const bytes = this.#pass(this.#parts.framing.take()).slice();
    return this.#parts.framing.isEnd ? this.#withRest(bytes) : bytes;
  }

  /**
   * Waits for more; empty only at the end. A copy.
   *
   * @throws {Refusal} when it is malformed, too large or breaks off.
   */
  async read(): Promise<Uint8Array> {
    while (!this.#isDone) {
      const next = await (this.#gunzip ? this.#gunzip.read() : this.#receive());
      const bytes = this.#pass(next).slice();
      const isLast = next.length === 0 ||
        (!this.#gunzip && this.#parts.framing.isEnd);
      if (isLast) return this.#withRest(bytes);
      if (bytes.length > 0) return bytes;
    }
    return NOTHING;
  }

  /** Lets go of what is left. */
  cancel(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#parts.done(false);
    this.#gunzip?.cancel();
  }

  /** Bytes off the wire; empty at the end. */
  async #receive(): Promise<Uint8Array> {
    const { connection, framing } = this.#parts;
    while (!framing.isEnd) {
      const bytes = framing.take();
      this.#received += bytes.length;
      if (this.#gunzip) this.#count();
      if (bytes.length > 0) return bytes;
      if (!framing.isEnd && !await connection.fill()) framing.closed();
    }
    return NOTHING;
  }

  #pass(bytes: Uint8Array): Uint8Array {
    this.#unpacked += bytes.length;
    const passed = this.#parts.mask?.push(bytes) ?? bytes;
    this.#count();
    return passed;
  }

  /**
   * Counts what the guest sees, so that the limit does not measure what is
   * masked. What is packed counts where it is far more than what it unpacks
   * to: it may unpack to nothing for ever.
   */
  #count(): void {
    const seen = this.#parts.mask?.counted ?? this.#unpacked;
    const packed = this.#gunzip
      ? this.#received - this.#unpacked - PACKED_SLACK_BYTES
      : 0;
    const more = seen + Math.max(0, packed) - this.#counted;
    if (more <= 0) return;
    this.#counted += more;
    this.#parts.budget.spend(more);
  }

  /** The last bytes, with what masking had held back. */
  #withRest(bytes: Uint8Array): Uint8Array {
    const rest = this.#parts.mask?.end() ?? NOTHING;
    this.#count();
    this.#end();
    if (rest.length === 0) return bytes;
    const whole = new Uint8Array(bytes.length + rest.length);
    whole.set(bytes);
    whole.set(rest, bytes.length);
    return whole;
  }

  #end(): void {
    this.#isDone = true;
    this.#parts.done(this.#parts.framing.isEnd);
  }
}
