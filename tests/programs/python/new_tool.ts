/** A tool that `new NAME --py` makes, tested and called as its README says. */

import { assertEquals } from "@std/assert";
import { dirname, join, resolve } from "@std/path";
import { VERSION } from "../../../src/cli/version.ts";
import { Consumer } from "../../consumer/consumer.ts";
import { runScript } from "../../consumer/guide_run.ts";

const RUNNER = "jsr:@cortexai/sandbox/tool-runner";
const NAME = "greet_py";
const RECORD = new URL("./new_tool.json", import.meta.url);

/** What was made, and what came of it. */
export interface NewToolRecord {
  /** The SHA-256 of the interpreter that ran it. */
  readonly interpreter: string;
  /** The files by name, without the version of this package. */
  readonly files: Readonly<Record<string, string>>;
  /** How its test ended. */
  readonly test: string;
  /** What it answered. */
  readonly answer: string;
}

/** Makes the tool in a project of its own. */
export async function makeTool(consumer: Consumer): Promise<string> {
  await Deno.mkdir(consumer.path("new"), { recursive: true });
  await runScript(
    consumer,
    consumer.path("new"),
    `deno run --allow-write=. ${RUNNER} new ${NAME} --py`,
  );
  return consumer.path("new", NAME);
}

/** The files of a tool as it was made. */
export function filesOf(folder: string): Record<string, string> {
  const names = [...Deno.readDirSync(folder)]
    .filter(({ isFile, name }) => isFile && name !== "deno.lock")
    .map(({ name }) => name).sort();
  return Object.fromEntries(names.map((name) => [
    name,
    Deno.readTextFileSync(join(folder, name)).replaceAll(VERSION, "VERSION"),
  ]));
}

/** Makes, tests and calls it with `python.wasm`, beside its library. */
export async function tryNewTool(interpreter: string): Promise<NewToolRecord> {
  await using consumer = await Consumer.create();
  const folder = await makeTool(consumer);
  const files = filesOf(folder);
  for (const name of ["python.wasm", "python-stdlib.zip"]) {
    const path = resolve(dirname(interpreter), name);
    await Deno.copyFile(path, join(folder, name));
  }
  const [, commands = ""] = /```sh\n(.*?)```/s.exec(files["README.md"]!) ?? [];
  const [test, call, ...more] = commands.trimEnd().split("\n");
  assertEquals(more, []);
  const tested = await runScript(consumer, folder, test!);
  const called = await runScript(consumer, folder, call!);
  return {
    interpreter: await sha256(interpreter),
    files,
    test: /\d+ passed \| \d+ failed/.exec(tested)?.[0] ?? tested,
    answer: called.trimEnd().split("\n").at(-1)!,
  };
}

/** What is recorded. */
export function readNewTool(): NewToolRecord {
  return JSON.parse(Deno.readTextFileSync(RECORD));
}

/** Records it. */
export function writeNewTool(record: NewToolRecord): void {
  Deno.writeTextFileSync(RECORD, `${JSON.stringify(record, null, 2)}\n`);
}

async function sha256(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex();
}
