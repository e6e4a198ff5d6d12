/** The AI SDK's sandbox session, implemented with a `ToolSandbox`. */

import type { ModuleSource, SandboxOptions } from "../../../../mod.ts";
import { quote } from "../../../quote.ts";
import { collectBytes } from "../../../pieces/collect_bytes.ts";
import { SessionBox } from "./session_box.ts";
import { SessionCommands, type SessionProgram } from "./session_commands.ts";
import { SessionFiles } from "./session_files.ts";
import type {
  AiSandboxSession,
  AiSpawn,
  AiWriteOptions,
} from "./session_shape.ts";
import { encodedText, linesOf, textDecoder } from "./session_text.ts";

/** Options of {@linkcode sandboxSession}. */
export interface SandboxSessionOptions {
  /**
   * Limits and grants, for files and for commands. Folders are those of
   * `allowedPaths` and `memoryDirectories`; in-memory files persist between
   * commands until the session is closed. `maxWorkers` defaults to at least 4,
   * as a command that waits for input occupies a worker.
   *
   * @default An in-memory directory, `/work`.
   */
  readonly config?: SandboxOptions | undefined;
  /**
   * The programs that can be run, by name: WASI preview 1 modules.
   *
   * @default None.
   */
  readonly commands?:
    | Readonly<Record<string, ModuleSource | SessionProgram>>
    | undefined;
  /**
   * The maximum size of a file that is read or written as a whole, in bytes.
   *
   * @default 16 777 216, 16 MiB.
   */
  readonly maxFileBytes?: number | undefined;
}

const NAMES = ["config", "commands", "maxFileBytes"];
const MAX_FILE_BYTES = 16 * 1_048_576;
/** The limit on what is passed in one piece. */
const LARGEST_FILE_BYTES = 2 ** 30;

/**
 * Creates a session for `experimental_sandbox` of `generateText`, `streamText`
 * and agents: its files are those of the granted folders, and its commands are
 * your programs, run in the sandbox. It starts on first use.
 *
 * There is no shell: a command is one program with arguments, and shell syntax
 * is refused with exit code 2 and the reason in `stderr`. Other exit codes: 124
 * for the time limit, 137 for any other limit, 134 for a trap, 127 for an
 * unknown command.
 *
 * ```ts
 * import { sandboxSession } from "@cortexai/sandbox/ai-sdk";
 *
 * await using session = sandboxSession();
 * await session.writeTextFile({ path: "notes/a.txt", content: "to be" });
 * console.log(await session.readTextFile({ path: "/work/notes/a.txt" }));
 * // to be
 * ```
 *
 * @param options The grants, limits and commands.
 * @returns the session, which the caller must close.
 * @throws {TypeError} for an unknown or invalid option.
 * @throws {RangeError} for a value out of range.
 * @throws {PermissionDenied} when this process lacks a permission that it
 * grants.
 */
export function sandboxSession(
  options: SandboxSessionOptions = {},
): AiSandboxSession {
  const { config = {}, commands: programs = {}, maxFileBytes } = check(options);
  const box = new SessionBox(config);
  const files = new SessionFiles(box, maxFileBytes ?? MAX_FILE_BYTES);
  const commands = new SessionCommands(box, files, programs);
  const close = () => box.sandbox.close();
  return {
    description: descriptionOf(box, commands.list),
    overlay: box.overlay,
    async readFile(options) {
      const bytes = await files.read(options);
      return bytes && new Blob([bytes]).stream();
    },
    readBinaryFile: async (options) => await files.read(options),
    async readTextFile({ encoding, startLine, endLine, ...options }) {
      const decoder = textDecoder(encoding);
      const bytes = await files.read(options);
      return bytes && linesOf(decoder.decode(bytes), { startLine, endLine });
    },
    async writeFile(options) {
      await files.write(options, await wholeOf(options, files));
    },
    async writeBinaryFile({ content, ...options }) {
      checkBytes(content);
      await files.write(options, content);
    },
    async writeTextFile({ content, encoding, ...options }) {
      await files.write(options, encodedText(content, encoding));
    },
    stat: async (options) => await files.stat(options),
    listDirectory: async (options) => await files.list(options),
    deleteFile: async (options) => await files.remove(options),
    spawn: ((options) => Promise.resolve(commands.spawn(options))) as AiSpawn,
    run: async (options) => await commands.run(options),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Reads a whole stream; cancels it if it is too long or aborted. */
async function wholeOf(
  { path, content, abortSignal }: AiWriteOptions<ReadableStream<Uint8Array>>,
  files: SessionFiles,
): Promise<Uint8Array> {
  const bytes = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      checkBytes(chunk);
      controller.enqueue(chunk);
    },
  });
  const until = abortSignal ? { signal: abortSignal } : {};
  return await collectBytes(
    content.pipeThrough(bytes, until),
    0,
    (length) => files.checkSize(path, length),
  );
}

function checkBytes(content: unknown): void {
  if (content instanceof Uint8Array) return;
  throw new TypeError(
    `Cannot write file: expected bytes, got ${quote(content)}`,
  );
}

function descriptionOf(box: SessionBox, commands: readonly string[]): string {
  const { allowedPaths, maxExecutionTime } = box.sandbox.config;
  const readOnly = new Set(
    allowedPaths.filter(({ write, overlay }) => !write && !overlay)
      .map(({ guest }) => guest),
  );
  const folders = box.folders
    .map((one) => readOnly.has(one) ? `${one} (to read)` : one);
  return [
    `Folders: ${folders.join(", ")}. Relative paths begin in ${box.base}.`,
    commands.length === 0
      ? "There are no commands and no shell."
      : `Commands: ${commands.join(", ")}. There is no shell: one command at ` +
        "a time, no pipes, redirections, variables or patterns.",
    `Each may run for ${maxExecutionTime} ms.`,
  ].join("\n");
}

function check(options: SandboxSessionOptions): SandboxSessionOptions {
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot set options of a session: unknown option ${quote(unknown)}`,
    );
  }
  // Read once: what is checked is what is used.
  const { config, commands, maxFileBytes } = options;
  if (maxFileBytes === undefined) return { config, commands };
  const isRight = Number.isSafeInteger(maxFileBytes) && maxFileBytes >= 0 &&
    maxFileBytes <= LARGEST_FILE_BYTES;
  if (isRight) return { config, commands, maxFileBytes };
  throw new RangeError(
    `Cannot set maxFileBytes: expected 0 to ${LARGEST_FILE_BYTES}, got ${
      quote(maxFileBytes)
    }`,
  );
}
