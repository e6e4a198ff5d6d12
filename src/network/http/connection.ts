/** A buffered connection to a server. */

/** The part of a Deno connection that is used here. */
export interface RawConnection {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

/** Closes a connection that may already be closed. */
export function closeRaw(raw: RawConnection): void {
  try {
    raw.close();
  } catch {
    // Already closed, perhaps by the peer.
  }
}

const FIRST_BYTES = 32_768;
const NOTHING = new Uint8Array();

/**
 * A connection with a read buffer, which keeps bytes until they are consumed.
 */
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

  /** The received bytes not yet consumed; valid until the next `fill`. */
  get received(): Uint8Array {
    return this.#start === this.#end
      ? NOTHING
      : this.#buffer.subarray(this.#start, this.#end);
  }

  /** Consumes received bytes. */
  consume(bytes: number): void {
    this.#start += bytes;
  }

  /** Reads more into the buffer; false at end of stream. */
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

  /** Closes it; pending reads and writes fail. */
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
