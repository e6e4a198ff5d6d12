/**
 * A hostile fixture and what its first line says must come of it, such as
 * `;; expect: TimeoutExceeded at call`.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type JsonValue,
  SandboxConfig,
  type SandboxConfigBuilder,
  SandboxedTool,
  SandboxError,
  ToolSandbox,
} from "../../mod.ts";

const FOLDER = new URL("../../fixtures/hostile/", import.meta.url);
const EXPECTATION = /^;; expect: (\S+)(?: (.*))? at (load|schema|call)$/;

/** The arguments that every hostile tool is called with. */
export const ARGUMENTS: JsonValue = { text: "hi", list: [1, 2, 3] };

/** One hostile fixture. */
export interface HostileCase {
  readonly name: string;
  readonly wasm: URL;
  /** An error's kind, `SandboxError` for any, or `value`. */
  readonly outcome: string;
  /** For a value: its JSON, or `arguments` for what it was called with. */
  readonly value: string | undefined;
  readonly stage: "load" | "schema" | "call";
}

/** The fixtures whose names start with a prefix; never none. */
export function hostileCases(...prefixes: string[]): HostileCase[] {
  const cases = [...Deno.readDirSync(FOLDER)]
    .map(({ name }) => name)
    .filter((name) => name.endsWith(".wat"))
    .filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))
    .sort()
    .map(readCase);
  assert(cases.length >= prefixes.length, `no fixtures for ${prefixes}`);
  return cases;
}

function readCase(file: string): HostileCase {
  const [first = ""] = Deno.readTextFileSync(new URL(file, FOLDER)).split("\n");
  const match = EXPECTATION.exec(first);
  assert(match, `${file} does not say what to expect: ${first}`);
  const [, outcome = "", value, stage] = match;
  const name = file.slice(0, -".wat".length);
  return {
    name,
    wasm: new URL(`${name}.wasm`, FOLDER),
    outcome,
    value,
    stage: stage as HostileCase["stage"],
  };
}

/** Runs a case to the end of its stage and checks what came of it. */
export async function checkCase(
  hostile: HostileCase,
  configure: (builder: SandboxConfigBuilder) => SandboxConfigBuilder = (b) => b,
): Promise<void> {
  const config = configure(SandboxConfig.builder()).build();
  await using sandbox = new ToolSandbox(config);
  const outcome = await outcomeOf(sandbox, hostile);
  if (hostile.outcome === "value") {
    const expected = hostile.value === "arguments"
      ? ARGUMENTS
      : JSON.parse(hostile.value ?? "");
    assertEquals(outcome, { stage: "call", value: expected });
  } else {
    assert("error" in outcome, `${hostile.name} answered`);
    checkError(outcome.error, hostile);
    assertEquals(outcome.stage, hostile.stage, outcome.error.message);
  }
  assertEquals(sandbox.lostWorkers, 0, `${hostile.name} lost a worker`);
}

type Outcome =
  | { readonly stage: "call"; readonly value: JsonValue }
  | { readonly stage: HostileCase["stage"]; readonly error: SandboxError };

async function outcomeOf(
  sandbox: ToolSandbox,
  { wasm }: HostileCase,
): Promise<Outcome> {
  let stage: HostileCase["stage"] = "load";
  try {
    const module = await sandbox.loadModule(wasm);
    stage = "schema";
    const tool = await SandboxedTool.create(sandbox, module);
    stage = "call";
    return { stage, value: await tool.execute(ARGUMENTS) };
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    return { stage, error };
  }
}

function checkError(error: SandboxError, { name, outcome }: HostileCase): void {
  if (outcome !== "SandboxError") {
    assertEquals(error.kind, outcome, `${name}: ${error.message}`);
  }
  assert(error.message.length > 10, `${name}: ${error.message}`);
  assert(error.message.length < 1000, `${name}: ${error.message}`);
  // A report of something unforeseen is no clear error.
  assert(!/undefined|\[object|Guest failed/.test(error.message), error.message);
  assertStringIncludes(error.name, error.kind);
}
