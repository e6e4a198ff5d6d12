import { Errno, fail } from "./errno.ts";
import type { FileStat } from "./file_stat.ts";
import { Filetype } from "./flags.ts";
import type { NewTimes, OpenFile } from "./tree.ts";

/** Where the standard streams go; supplied by the worker. */
export interface WasiStreams {
  /** Waits for standard input and reads it; 0 at its end. */
  read(into: Uint8Array): number;
  /** Takes output; the bytes are the guest's memory and must be copied. */
  write(stream: "stdout" | "stderr", bytes: Uint8Array): void;
}

/** A standard stream: it looks like a pipe, so it can't be sought. */
export class StreamFile implements OpenFile {
  readonly filetype: Filetype = Filetype.UNKNOWN;
  readonly seekable = false;
  readonly #streams: WasiStreams;
  readonly #name: "stdin" | "stdout" | "stderr";

  constructor(streams: WasiStreams, name: "stdin" | "stdout" | "stderr") {
    this.#streams = streams;
    this.#name = name;
  }

  read(into: Uint8Array): number {
    if (this.#name !== "stdin") fail(Errno.BADF);
    return this.#streams.read(into);
  }

  write(from: Uint8Array): number {
    if (this.#name === "stdin") fail(Errno.BADF);
    this.#streams.write(this.#name, from);
    return from.length;
  }

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
    fail(Errno.INVAL);
  }

  setTimes(_times: NewTimes): void {
    fail(Errno.NOTSUP);
  }

  sync(): void {}

  close(): void {}
}
