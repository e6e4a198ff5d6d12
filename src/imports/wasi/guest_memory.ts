/** Access to the guest's memory for imports. */

import { fail } from "../../fs/error_code.ts";
import { ExecutionFailed } from "../../errors.ts";

/** The maximum path length in bytes: Linux's `PATH_MAX`. */
const PATH_MAX = 4096;
/** The maximum number of vectors in one read or write: Linux's `IOV_MAX`. */
const IOV_MAX = 1024;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The guest's memory, as seen by imports.
 *
 * The guest is untrusted: every pointer, length and count comes from it, and
 * every access goes through the bounds check in `#at`. Data is copied or used
 * before the guest runs again.
 */
export class GuestMemory {
  #memory: WebAssembly.Memory | undefined;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #view: DataView<ArrayBuffer> = new DataView(new ArrayBuffer(0));

  /** Sets the memory that the pointers refer to. */
  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
    this.#refresh();
  }

  /** A view of `length` bytes at `pointer`; invalid once the guest runs. */
  bytes(pointer: number, length: number): Uint8Array<ArrayBuffer> {
    const at = this.#at(pointer, length >>> 0);
    return this.#bytes.subarray(at, at + (length >>> 0));
  }

  getU8(pointer: number): number {
    const at = this.#at(pointer, 1);
    return this.#view.getUint8(at);
  }

  getU16(pointer: number): number {
    const at = this.#at(pointer, 2);
    return this.#view.getUint16(at, true);
  }

  getU32(pointer: number): number {
    const at = this.#at(pointer, 4);
    return this.#view.getUint32(at, true);
  }

  getU64(pointer: number): bigint {
    const at = this.#at(pointer, 8);
    return this.#view.getBigUint64(at, true);
  }

  setU8(pointer: number, value: number): void {
    const at = this.#at(pointer, 1);
    this.#view.setUint8(at, value);
  }

  setU16(pointer: number, value: number): void {
    const at = this.#at(pointer, 2);
    this.#view.setUint16(at, value, true);
  }

  setU32(pointer: number, value: number): void {
    const at = this.#at(pointer, 4);
    this.#view.setUint32(at, value, true);
  }

  setU64(pointer: number, value: bigint): void {
    const at = this.#at(pointer, 8);
    this.#view.setBigUint64(at, value, true);
  }

  /** Copies `bytes` to `pointer`. */
  write(pointer: number, bytes: Uint8Array): void {
    this.bytes(pointer, bytes.length).set(bytes);
  }

  /** A path from the guest: UTF-8 without NUL, not resolved. */
  path(pointer: number, length: number): string {
    if (length >>> 0 > PATH_MAX) fail("ENAMETOOLONG");
    const bytes = this.bytes(pointer, length);
    if (bytes.includes(0)) fail("EINVAL");
    try {
      return strictUtf8.decode(bytes);
    } catch {
      fail("EILSEQ");
    }
  }

  /**
   * The buffers of a read or write, all validated before the first is used.
   *
   * ```text
   *   pointer      +4          +8
   *   ┌────────────┬───────────┬─────────────
   *   │ buf        │ buf_len   │ next iovec …
   *   └────────────┴───────────┴─────────────
   * ```
   */
  buffers(pointer: number, count: number): Uint8Array<ArrayBuffer>[] {
    if (count >>> 0 > IOV_MAX) fail("EINVAL");
    this.#at(pointer, (count >>> 0) * 8);
    const buffers: Uint8Array<ArrayBuffer>[] = [];
    let total = 0;
    for (let i = 0; i < count; i++) {
      const at = (pointer >>> 0) + i * 8;
      const buffer = this.bytes(this.getU32(at), this.getU32(at + 4));
      total += buffer.length;
      buffers.push(buffer);
    }
    // The number of bytes is returned as a u32, and POSIX requires it to be
    // positive.
    if (total > 0x7fff_ffff) fail("EINVAL");
    return buffers;
  }

  /** The offset of `length` bytes at `pointer`, after a bounds check. */
  #at(pointer: number, length: number): number {
    if (typeof pointer !== "number") refuseMemory64();
    // An i32 is signed here, and adding an offset must not wrap around.
    const at = pointer < 0 ? pointer + 2 ** 32 : pointer;
    // Growing detaches the buffer, which empties the view, so callers must take
    // the view after this.
    if (this.#bytes.length === 0) this.#refresh();
    if (at + length > this.#bytes.length) fail("EFAULT");
    return at;
  }

  #refresh(): void {
    if (this.#memory === undefined) return;
    this.#bytes = new Uint8Array(this.#memory.buffer as ArrayBuffer);
    this.#view = new DataView(this.#bytes.buffer);
  }
}

function refuseMemory64(): never {
  throw new ExecutionFailed(
    "Cannot call WASI preview 1: its pointers have 32 bits, the module's have 64",
  );
}
