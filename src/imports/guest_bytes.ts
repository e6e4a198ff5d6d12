/** Access to the guest's memory for import families. */

/** Bytes of the guest's memory; invalid once the guest runs. */
export type GuestSlice = Uint8Array<ArrayBuffer>;

/**
 * The bounds check for guest memory. The guest is untrusted, and every pointer
 * and length comes from it.
 */
export class GuestBytes {
  readonly #fault: (message: string) => Error;
  #memory: WebAssembly.Memory | undefined;

  /** @param fault Creates the error for an out-of-bounds access. */
  constructor(fault: (message: string) => Error) {
    this.#fault = fault;
  }

  /** Sets the memory that the pointers point into. */
  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
  }

  /** @throws the error of `fault` when the range is out of bounds. */
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
