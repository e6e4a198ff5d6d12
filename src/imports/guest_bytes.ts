/** The guest's memory, seen from the imports of our own families. */

/** Bytes of the guest's memory; invalid once the guest runs. */
export type GuestSlice = Uint8Array<ArrayBuffer>;

/**
 * The one bounds check. The guest is the attacker: every pointer and length
 * comes from it.
 */
export class GuestBytes {
  readonly #fault: (message: string) => Error;
  #memory: WebAssembly.Memory | undefined;

  /** @param fault Makes the error for what is out of bounds. */
  constructor(fault: (message: string) => Error) {
    this.#fault = fault;
  }

  /** Sets the memory that the pointers point into. */
  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
  }

  /** @throws what `fault` makes when the bytes are not all in the memory. */
  slice(pointer: number, length: number): GuestSlice {
    const buffer = this.#memory?.buffer as ArrayBuffer | undefined;
    const at = pointer >>> 0;
    const bytes = length >>> 0;
    const size = buffer?.byteLength ?? 0;
    if (at + bytes > size || !buffer) {
      throw this.#fault(
        `Bytes ${at} to ${at + bytes} are not in the memory of ${size} bytes`,
      );
    }
    return new Uint8Array(buffer, at, bytes);
  }
}
