/** The verbs: what each takes, and the code that does it. */

import { LOG_FLAG } from "../call_log_file.ts";
import { CHANGE_FLAGS } from "../change_flags.ts";
import { NATS_FLAGS } from "../nats/nats_flags.ts";
import { LANGUAGES } from "../new_tool/languages.ts";
import type { Outcome } from "../outcome.ts";
import { OVERLAY_FLAGS, SANDBOX_FLAGS } from "../sandbox_flags.ts";
import type { VerbInput } from "./verb_input.ts";

/** Something that the runner does. */
export interface Verb {
  /** The names of what follows the verb; all of it is needed. */
  readonly operands: readonly string[];
  /** Whether any number of operands may follow those. */
  readonly takesMore?: boolean;
  /** Whether Ctrl-C lets it end by itself, and its guests run beside others. */
  readonly serves?: boolean;
  /** The flags it takes, beside those that every verb takes. */
  readonly flags: readonly string[];
  /** Whether its operand is a program, and all that follows it the guest's. */
  readonly runsProgram?: boolean;
  /** What stands for a program, though it looks like a flag. */
  readonly programs?: readonly string[];
  /** Does it. */
  readonly run: (input: VerbInput) => Promise<Outcome>;
}

/** Every verb by its name; a verb is loaded when it is asked for. */
export const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ["schema", {
    operands: ["TOOL.wasm"],
    flags: [...SANDBOX_FLAGS, "schema"],
    run: async (input) =>
      await (await import("./show_schema.ts")).showSchema(input),
  }],
  ["call", {
    operands: ["TOOL.wasm", "ARGUMENTS (JSON, or - for standard input)"],
    flags: [
      ...SANDBOX_FLAGS,
      ...OVERLAY_FLAGS,
      ...CHANGE_FLAGS,
      ...NATS_FLAGS,
      "lock",
      "schema",
      "unchecked",
      LOG_FLAG,
    ],
    run: async (input) =>
      await (await import("./call_tool.ts")).callTool(input),
  }],
  ["run", {
    operands: ["PROGRAM.wasm"],
    flags: [
      ...SANDBOX_FLAGS,
      ...OVERLAY_FLAGS,
      ...CHANGE_FLAGS,
      "env",
      LOG_FLAG,
    ],
    runsProgram: true,
    run: async (input) =>
      await (await import("./run_program.ts")).runProgram(input),
  }],
  ["python", {
    operands: ["SCRIPT.py, -c CODE or -"],
    flags: [
      ...SANDBOX_FLAGS.filter((name) =>
        name !== "secret" && name !== "workdir"
      ),
      "interpreter",
      "import",
    ],
    runsProgram: true,
    programs: ["-c", "-"],
    run: async (input) =>
      await (await import("./run_python.ts")).runPython(input),
  }],
  ["serve", {
    operands: [],
    takesMore: true,
    serves: true,
    flags: [
      ...SANDBOX_FLAGS,
      ...NATS_FLAGS,
      "config",
      "lock",
      "watch",
      "http",
      "token-env",
      "allow-host",
      "allow-origin",
      LOG_FLAG,
    ],
    run: async (input) => await (await import("./serve.ts")).serve(input),
  }],
  ["lock", {
    operands: [],
    takesMore: true,
    flags: [...SANDBOX_FLAGS, "config", "lock", "update"],
    run: async (input) => await (await import("./lock.ts")).lock(input),
  }],
  ["pack", {
    operands: [],
    takesMore: true,
    flags: [...SANDBOX_FLAGS, "config", "output"],
    run: async (input) => await (await import("./pack.ts")).pack(input),
  }],
  ["report", {
    operands: ["LOG"],
    takesMore: true,
    flags: ["output", "title"],
    run: async (input) => await (await import("./report.ts")).report(input),
  }],
  ["learn", {
    operands: ["call or run, with what follows it"],
    flags: ["base", "yes", "rounds", "reach-hosts", "output"],
    runsProgram: true,
    run: async (input) => await (await import("./learn.ts")).learnGrants(input),
  }],
  ["new", {
    operands: ["NAME"],
    flags: [...LANGUAGES.keys()],
    run: async (input) => await (await import("./new_tool.ts")).newTool(input),
  }],
  ["inspect", {
    operands: ["MODULE.wasm"],
    flags: ["picture"],
    run: async (input) => await (await import("./inspect.ts")).inspect(input),
  }],
]);
