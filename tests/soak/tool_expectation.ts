/** The tools of the soak, and what they must answer. */

import { assertEquals } from "@std/assert";
import type { OnCall } from "./killer.ts";
import { type JsonValue, SandboxedTool, type ToolSandbox } from "../../mod.ts";

const TOOLS = new URL("../../fixtures/tools/", import.meta.url);

interface ToolCase {
  readonly arguments: JsonValue;
  readonly value: JsonValue;
}

/** One tool with its committed cases, taken in turn. */
export class ToolExpectation {
  readonly #tool: SandboxedTool;
  readonly #cases: readonly ToolCase[];
  /** What each case answered when it was found right, as JSON. */
  readonly #answers: string[] = [];
  #next = 0;

  constructor(tool: SandboxedTool, cases: readonly ToolCase[]) {
    this.#tool = tool;
    this.#cases = cases;
  }

  /** Makes a call and checks its answer. */
  async check(onCall: OnCall): Promise<void> {
    const index = this.#next++ % this.#cases.length;
    const { arguments: args, value } = this.#cases[index]!;
    const result = await this.#tool.call(args);
    onCall(this.#tool.schema().name, result);
    if (!result.ok) throw result.error;
    const answer = result.value;
    // Comparing text is quick; comparing values says what is wrong.
    const text = JSON.stringify(answer);
    if (text === this.#answers[index]) return;
    assertEquals(answer, value);
    this.#answers[index] = text;
  }
}

/** Loads every committed tool that has cases. */
export async function loadExpectations(
  sandbox: ToolSandbox,
): Promise<ToolExpectation[]> {
  const names = [...Deno.readDirSync(TOOLS)]
    .map(({ name }) => name)
    .filter((name) => name.endsWith(".cases.json"))
    .map((name) => name.slice(0, -".cases.json".length))
    .sort();
  return await Promise.all(names.map((name) => loadOne(sandbox, name)));
}

async function loadOne(
  sandbox: ToolSandbox,
  name: string,
): Promise<ToolExpectation> {
  const module = await sandbox.loadModule(new URL(`${name}.wasm`, TOOLS));
  // Some cases are what a tool answers to arguments that do not fit.
  const tool = await SandboxedTool.create(sandbox, module, {
    validateArguments: false,
  });
  const text = await Deno.readTextFile(new URL(`${name}.cases.json`, TOOLS));
  return new ToolExpectation(tool, JSON.parse(text));
}
