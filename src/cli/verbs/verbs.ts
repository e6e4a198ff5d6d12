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
  /** The names of the operands, all of which are required. */
  readonly operands: readonly string[];
  /** Whether any number of further operands may follow. */
  readonly takesMore?: boolean;
  /**
   * Whether it is a server: Ctrl-C lets it stop by itself, and guests run
   * concurrently.
   */
  readonly serves?: boolean;
  /** The flags it takes, in addition to those of every verb. */
  readonly flags: readonly string[];
  /**
   * Whether its operand is a program, and everything after it belongs to the
   * guest.
   */
  readonly runsProgram?: boolean;
  /** Arguments that are programs although they look like flags. */
  readonly programs?: readonly string[];
  /** Does it. */
  readonly run: (input: VerbInput) => Promise<Outcome>;
}

/** Every verb by name; verbs are loaded on demand. */
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
