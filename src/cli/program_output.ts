/** The destinations of a program's output. */

import type { Outcome } from "./outcome.ts";
import { printableLines } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

/** One of a program's output streams. */
export type StreamName = "stdout" | "stderr";

/** Receives a program's output. */
export interface ProgramOutput {
  /** Takes a chunk; the program waits until it is written. */
  add(stream: StreamName, bytes: Uint8Array): Promise<void>;
  /** Ends both streams, and returns the rest of the outcome. */
  end(): Promise<Partial<Outcome>>;
}

/** Forwards output as it is written. */
export class PassedOutput implements ProgramOutput {
  readonly #stdout: Passage;
  readonly #stderr: Passage;

  constructor(terminal: Terminal) {
    this.#stdout = passage(
      (content) => terminal.writeOutput(content),
      terminal.isScreen("output"),
    );
    this.#stderr = passage(
      (content) => terminal.writeError(content),
      terminal.isScreen("error"),
    );
  }

  async add(stream: StreamName, bytes: Uint8Array): Promise<void> {
    await (stream === "stdout" ? this.#stdout : this.#stderr).pass(bytes);
  }

  async end(): Promise<Partial<Outcome>> {
    await this.#stderr.end();
    await this.#stdout.end();
    return { text: "" };
  }
}

/** Keeps output as text, up to a limit. */
export class KeptOutput implements ProgramOutput {
  readonly #stdout: KeptText;
  readonly #stderr: KeptText;

  /** @param maxBytes Of each stream. */
  constructor(maxBytes: number) {
    this.#stdout = new KeptText(maxBytes);
    this.#stderr = new KeptText(maxBytes);
  }

  add(stream: StreamName, bytes: Uint8Array): Promise<void> {
    (stream === "stdout" ? this.#stdout : this.#stderr).add(bytes);
    return Promise.resolve();
  }

  end(): Promise<Partial<Outcome>> {
    return Promise.resolve({
      stdout: this.#stdout.end(),
      stderr: this.#stderr.end(),
      isOutputCut: this.#stdout.isCut || this.#stderr.isCut,
    });
  }
}

/** Decodes the start of a stream; a chunk may end within a character. */
class KeptText {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #room: number;
  #text = "";
  isCut = false;

  constructor(maxBytes: number) {
    this.#room = maxBytes;
  }

  add(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, this.#room);
    if (kept.length < bytes.length) this.isCut = true;
    this.#room -= kept.length;
    this.#text += this.#decoder.decode(kept, { stream: true });
  }

  end(): string {
    return this.#text + this.#decoder.decode();
  }
}

type Write = (content: string | Uint8Array) => Promise<void>;

/** The output path of one stream. */
interface Passage {
  pass(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

/**
 * Files and pipes get the raw bytes. A terminal was not granted to the guest,
 * and interprets escape sequences that can fill the clipboard, set the title or
 * overwrite other output, so a guest's output reaches it only as printable
 * text.
 */
function passage(write: Write, isScreen: boolean): Passage {
  return isScreen
    ? new ScreenPassage(write)
    : { pass: write, end: () => Promise.resolve() };
}

/** Escapes control sequences; a chunk may end within a character. */
class ScreenPassage implements Passage {
  readonly #write: Write;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  constructor(write: Write) {
    this.#write = write;
  }

  async pass(bytes: Uint8Array): Promise<void> {
    const text = this.#decoder.decode(bytes, { stream: true });
    await this.#write(printableLines(text));
  }

  async end(): Promise<void> {
    await this.#write(printableLines(this.#decoder.decode()));
  }
}
