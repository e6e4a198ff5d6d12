/** A response body: unframed, decompressed, counted and masked. */

import type { BodyFraming } from "./body_framing.ts";
import type { ByteBudget } from "../policy/byte_budget.ts";
import type { MaskingStream } from "../secrets/masking_stream.ts";
import type { Connection } from "./connection.ts";
import { Gunzip } from "./gunzip.ts";

/** The parts with which a body is read. */
export interface BodyParts {
  readonly connection: Connection;
  readonly framing: BodyFraming;
  readonly isGzip: boolean;
  readonly budget: ByteBudget;
  readonly mask: MaskingStream | undefined;
  /** Called when reading ends, with whether the body is complete. */
  readonly done: (isComplete: boolean) => void;
}

const NOTHING = new Uint8Array();
/**
 * How far compressed bytes may exceed the decompressed ones before they are
 * counted.
 */
const PACKED_SLACK_BYTES = 65_536;

/** Reads a body in pieces of any size, without reading ahead. */
export class ResponseBody {
  readonly #parts: BodyParts;
  readonly #gunzip: Gunzip | undefined;
  /** Bytes received, bytes decompressed, and bytes counted. */
  #received = 0;
  #unpacked = 0;
  #counted = 0;
  #isDone = false;

  constructor(parts: BodyParts) {
    this.#parts = parts;
    this.#gunzip = parts.isGzip ? new Gunzip(() => this.#receive()) : undefined;
    if (parts.framing.isEnd && !this.#gunzip) this.#end();
  }

  /** Whether the body was decompressed, and so differs from what was sent. */
  get isUnpacked(): boolean {
    return this.#gunzip !== undefined;
  }

  /** Whether all of it was read. */
  get isEnd(): boolean {
    return this.#isDone;
  }

  /**
   * The bytes available without waiting, maybe none. A copy.
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
   * @throws {Refusal} when it is malformed, too large or truncated.
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

  /** Discards the rest of the body. */
  cancel(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#parts.done(false);
    this.#gunzip?.cancel();
  }

  /** Reads bytes from the connection; empty at the end. */
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
   * Counts what the guest sees, so that the limit does not reveal the length of
   * what is masked. Compressed bytes count if they far exceed the decompressed
   * ones: a stream may decompress to nothing forever.
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

  /** The last bytes, with what masking held back. */
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
