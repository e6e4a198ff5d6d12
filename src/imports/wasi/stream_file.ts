/** Standard streams, as guests see them. */

import { fail } from "../../fs/error_code.ts";
import type { FileStat, FileType } from "../../fs/file_stat.ts";
import type { NewTimes, OpenFile } from "../../fs/file_system.ts";

/** Where the standard streams go; supplied by the worker. */
export interface WasiStreams {
  /** Waits for standard input and reads it; 0 at its end. */
  read(into: Uint8Array): number;
  /** Takes output; the bytes are the guest's memory and must be copied. */
  write(stream: "stdout" | "stderr", bytes: Uint8Array): void;
}

/** A standard stream: it looks like a pipe, so it can't be sought. */
export class StreamFile implements OpenFile {
  readonly filetype: FileType = "unknown";
  readonly seekable = false;
  readonly #streams: WasiStreams;
  readonly #name: "stdin" | "stdout" | "stderr";

  constructor(streams: WasiStreams, name: "stdin" | "stdout" | "stderr") {
    this.#streams = streams;
    this.#name = name;
  }

  read(into: Uint8Array): number {
    if (this.#name !== "stdin") fail("EBADF");
    return this.#streams.read(into);
  }

  write(from: Uint8Array): number {
    if (this.#name === "stdin") fail("EBADF");
    this.#streams.write(this.#name, from);
    return from.length;
  }

  append(from: Uint8Array): number {
    return this.write(from);
  }

  setAppending(): void {}

  stat(): FileStat {
    return {
      dev: 0,
      ino: 0,
      filetype: this.filetype,
      nlink: 0,
      size: 0,
      atim: 0n,
      mtim: 0n,
      ctim: 0n,
    };
  }

  setSize(_size: number): void {
    fail("EINVAL");
  }

  allocate(_end: number): void {
    fail("ESPIPE");
  }

  setTimes(_times: NewTimes): void {
    fail("ENOTSUP");
  }

  sync(): void {}

  close(): void {}
}
