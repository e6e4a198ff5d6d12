/**
 * The files of a session. A small guest does all file operations, so they are
 * subject to the same checks as any guest: grants, links, races, write limits
 * and time. The host never touches the files itself.
 */

import type { RunOptions, SandboxedModule } from "../../../../mod.ts";
import { collectBytes } from "../../../pieces/collect_bytes.ts";
import { codeOfExit, type FileAct, SandboxFileError } from "./file_error.ts";
import { type GuestPlace, guestPlace } from "./guest_place.ts";
import { NotKept, type SessionBox } from "./session_box.ts";
import type {
  AiDirectoryEntry,
  AiFileStat,
  AiPathOptions,
} from "./session_shape.ts";

/** Maximum total length of the names listed from one folder, in bytes. */
const LIST_BYTES = 1_048_576;

/** Entry types, by the file program's letters. */
const TYPES = { f: "file", d: "directory", l: "symlink", o: "other" } as const;

/** What each act needs of a file that is there. */
const NEEDS = {
  read: "bytes",
  stat: "bytes",
  list: "name",
  write: "nothing",
  delete: "name",
} as const;

interface Act {
  readonly act: keyof typeof NEEDS;
  readonly place: GuestPlace;
  readonly signal: AbortSignal | undefined;
  /** Maximum size of the result in bytes. */
  readonly maxBytes?: number;
  readonly stdin?: Uint8Array;
}

interface Done {
  readonly code: string | undefined;
  readonly output: Uint8Array<ArrayBuffer>;
}

/** Reads, writes and removes files of a session's sandbox. */
export class SessionFiles {
  readonly #box: SessionBox;
  readonly #maxBytes: number;
  #program: Promise<SandboxedModule> | undefined;

  /**
   * @param maxBytes The maximum size of a file that is read or written, in
   * bytes.
   */
  constructor(box: SessionBox, maxBytes: number) {
    this.#box = box;
    this.#maxBytes = maxBytes;
  }

  /** Resolves a path. */
  place(path: string): GuestPlace {
    return guestPlace(path, this.#box.base, this.#box.folders);
  }

  /** The bytes of a file; null if it does not exist. */
  async read(
    { path, abortSignal }: AiPathOptions,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    return await this.#look(path, {
      act: "read",
      place: this.place(path),
      signal: abortSignal,
      maxBytes: this.#maxBytes,
    });
  }

  /** Creates or replaces a file, and creates its parent folders. */
  async write(
    { path, abortSignal }: AiPathOptions,
    content: Uint8Array,
  ): Promise<void> {
    const place = this.#writable(path);
    this.checkSize(path, content.length);
    const { code } = await this.#run({
      act: "write",
      place,
      signal: abortSignal,
      stdin: content,
    }).catch((error) => {
      if (error instanceof NotKept) return { code: error.code };
      throw error;
    });
    if (code !== undefined) throw new SandboxFileError("write", path, code);
  }

  /** @throws {SandboxFileError} when the file would be too large. */
  checkSize(path: string, bytes: number): void {
    if (bytes <= this.#maxBytes) return;
    throw this.#tooLarge("write", path, this.#maxBytes);
  }

  /** The metadata of a path; null if it does not exist. */
  async stat(
    { path, abortSignal }: AiPathOptions,
  ): Promise<AiFileStat | null> {
    const place = this.place(path);
    const told = await this.#look(path, {
      act: "stat",
      place,
      signal: abortSignal,
    });
    if (told === null) return null;
    const type = typeOf(told[0]);
    return {
      type: type === "symlink" ? "other" : type,
      size: Number(new DataView(told.buffer).getBigUint64(1, true)),
    };
  }

  /** The entries of a folder; null if it does not exist. */
  async list(
    { path, abortSignal }: AiPathOptions,
  ): Promise<AiDirectoryEntry[] | null> {
    const told = await this.#look(path, {
      act: "list",
      place: this.place(path),
      signal: abortSignal,
      maxBytes: LIST_BYTES,
    });
    return told === null ? null : entriesOf(told);
  }

  /** Removes a file or a symbolic link; false if it does not exist. */
  async remove({ path, abortSignal }: AiPathOptions): Promise<boolean> {
    const place = this.place(path);
    // The folder itself has no path below it.
    const { code } = place.rest === "."
      ? { code: "EISDIR" }
      : await this.#run({ act: "delete", place, signal: abortSignal });
    if (code === "ENOENT") return false;
    if (code !== undefined) throw new SandboxFileError("delete", path, code);
    return true;
  }

  #writable(path: string): GuestPlace {
    const place = this.place(path);
    if (place.isGranted) return place;
    const folders = this.#box.folders.join(", ");
    const why = `no folder is granted there, there is ${folders}`;
    throw new SandboxFileError("write", path, "EROFS", why);
  }

  async #look(
    path: string,
    act: Act,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    const { code, output } = await this.#run(act);
    if (code === undefined) return output;
    if (code === "ENOENT") return null;
    if (code === "EFBIG" && act.maxBytes !== undefined) {
      throw this.#tooLarge(act.act, path, act.maxBytes);
    }
    throw new SandboxFileError(act.act, path, code);
  }

  #tooLarge(act: FileAct, path: string, limit: number): SandboxFileError {
    const what = act === "list" ? "it has names of" : "it has";
    const why = `${what} more than ${limit} bytes`;
    return new SandboxFileError(act, path, "EFBIG", why);
  }

  async #run({ act, place, signal, maxBytes, stdin }: Act): Promise<Done> {
    const program = await this.#load();
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    const limit = maxBytes === undefined ? [] : [String(maxBytes)];
    const run: RunOptions = {
      name: "session_files",
      args: [act, place.folder, place.rest, ...limit],
      stdin,
      signal,
      onStdout: (bytes) => {
        pieces.push(bytes.slice());
      },
    };
    const about = { ...place, needs: NEEDS[act] };
    const result = await this.#box.run(program, run, about);
    if (!result.ok) throw result.error;
    const isDone = result.exitCode === 0;
    return {
      code: isDone ? undefined : codeOfExit(result.exitCode),
      output: isDone ? await collectBytes(pieces) : new Uint8Array(),
    };
  }

  async #load(): Promise<SandboxedModule> {
    this.#program ??= loadProgram(this.#box);
    return await this.#program;
  }
}

async function loadProgram({ sandbox }: SessionBox): Promise<SandboxedModule> {
  const { FILE_PROGRAM } = await import("./file_program.ts");
  return await sandbox.loadModule(Uint8Array.fromBase64(FILE_PROGRAM));
}

function typeOf(letter: number | undefined): AiDirectoryEntry["type"] {
  return TYPES[String.fromCharCode(letter ?? 0) as keyof typeof TYPES] ??
    "other";
}

/** Parses entries: a letter, a name and a NUL each. */
function entriesOf(told: Uint8Array): AiDirectoryEntry[] {
  const entries: AiDirectoryEntry[] = [];
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (let at = 0; at < told.length;) {
    const end = told.indexOf(0, at);
    const name = decoder.decode(told.subarray(at + 1, end));
    entries.push({ name, type: typeOf(told[at]) });
    at = end + 1;
  }
  return entries;
}
