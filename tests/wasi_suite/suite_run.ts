/** One program of the suite in a runner of its own. */

import { join } from "@std/path";
import {
  rootOf,
  type Specification,
  type SuiteProgram,
} from "./suite_program.ts";

const ROOT = new URL("../../", import.meta.url);
const TIMEOUT_MS = 60_000;

/** How a program's folder is granted. */
export type FolderGrant = "--dir-rw" | "--dir-overlay";

/** How a program ended. */
interface ProgramEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program over a copy of the folder that it is granted. In an overlay
 * that copy must be the same afterwards.
 *
 * @returns what was not as its specification says; nothing when it passed.
 */
export async function runProgram(
  program: SuiteProgram,
  grant: FolderGrant = "--dir-rw",
): Promise<string[]> {
  const temporary = await Deno.makeTempDir();
  try {
    const root = rootOf(program);
    const host = join(temporary, "root");
    if (root !== undefined) copyFolder(root, host);
    const grants = root === undefined ? [] : [grant, `${host}::/`];
    const before = grant === "--dir-overlay" && namesBelow(temporary);
    const found = differences(
      program.specification,
      await startRunner(program, grants),
    );
    if (before && namesBelow(temporary).join() !== before.join()) {
      found.push("the folder below the overlay was changed");
    }
    return found;
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

async function startRunner(
  { wasm, specification: { args = [], env = {} } }: SuiteProgram,
  grants: readonly string[],
): Promise<ProgramEnd> {
  const variables = Object.entries(env)
    .flatMap((pair) => ["--env", pair.join("=")]);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "tool-runner.ts", "run"],
      ...grants,
      ...variables,
      ...[wasm, "--", ...args],
    ],
    cwd: ROOT,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

function differences(
  { exit_code = 0, stdout, stderr }: Specification,
  end: ProgramEnd,
): string[] {
  const found: string[] = [];
  if (end.code !== exit_code) {
    found.push(`exit code ${end.code}, not ${exit_code}: ${end.stderr.trim()}`);
  }
  if (stdout !== undefined && end.stdout !== stdout) {
    found.push(`stdout ${JSON.stringify(end.stdout)}`);
  }
  if (stderr !== undefined && end.stderr !== stderr) {
    found.push(`stderr ${JSON.stringify(end.stderr)}`);
  }
  return found;
}

function namesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? [path, ...namesBelow(path)] : [path];
  }).sort();
}

function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to);
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    const copy = isDirectory ? copyFolder : Deno.copyFileSync;
    copy(join(from, name), join(to, name));
  }
}
