/** A connection to a server, read through a buffer of its own. */

/** The part of a Deno connection that is used here. */
export interface RawConnection {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

/** Closes a connection that may be closed already. */
export function closeRaw(raw: RawConnection): void {
  try {
    raw.close();
  } catch {
    // It was closed, perhaps from the other side.
  }
}

const FIRST_BYTES = 32_768;
const NOTHING = new Uint8Array();

/** Reads and writes; what was read and not yet consumed stays in the buffer. */
export class Connection {
  readonly #raw: RawConnection;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BYTES);
  #start = 0;
  #end = 0;
  #isClosed = false;

  constructor(raw: RawConnection) {
    this.#raw = raw;
  }

  /** Whether it was closed from this side. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What was read and not consumed; valid until the next `fill`. */
  get received(): Uint8Array {
    return this.#start === this.#end
      ? NOTHING
      : this.#buffer.subarray(this.#start, this.#end);
  }

  /** Takes bytes out of what was received. */
  consume(bytes: number): void {
    this.#start += bytes;
  }

  /** Reads more; false at the end. */
  async fill(): Promise<boolean> {
    this.#makeRoom();
    const count = await this.#raw.read(this.#buffer.subarray(this.#end));
    if (count === null) return false;
    this.#end += count;
    return true;
  }

  /** Writes everything. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.#raw.write(bytes.subarray(at));
    }
  }

  /** Ends it; what is being read or written fails. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeRaw(this.#raw);
  }

  #makeRoom(): void {
    const { received } = this;
    if (this.#end === this.#buffer.length && received.length > this.#start) {
      const buffer = new Uint8Array(this.#buffer.length * 2);
      buffer.set(received);
      this.#buffer = buffer;
    } else if (received.length === 0 || this.#end === this.#buffer.length) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
    } else {
      return;
    }
    this.#start = 0;
    this.#end = received.length;
  }
}
