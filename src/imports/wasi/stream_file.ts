/** The standard streams as files. */

import { fail } from "../../fs/error_code.ts";
import type { FileStat, FileType } from "../../fs/file_stat.ts";
import type { NewTimes, OpenFile } from "../../fs/file_system.ts";

/** The standard streams, provided by the worker. */
export interface WasiStreams {
  /** Reads standard input, blocking; 0 at its end. */
  read(into: Uint8Array): number;
  /** Takes output; the bytes are in the guest's memory and must be copied. */
  write(stream: "stdout" | "stderr", bytes: Uint8Array): void;
}

/** A standard stream, which is not seekable, like a pipe. */
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
