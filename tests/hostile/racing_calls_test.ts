import { assert, assertEquals } from "@std/assert";
import { SandboxConfig, ToolSandbox } from "../../mod.ts";
import {
  type RenameTurn,
  RenamingExit,
  renamingProgram,
} from "./renaming_program.ts";

const ROUNDS = 150;
/** Without an anchor each change waits until the folder has been quiet. */
const SCOPED_ROUNDS = 20;
const ATTEMPTS = 5;
/** Directories that take the check of a move its time. */
const SLOWING = 60;

/** A granted folder in which `sub/x/deep/l` goes up two directories. */
function makeFolder(): string {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  for (let i = 0; i < SLOWING; i++) {
    Deno.mkdirSync(`${folder}/sub/x/deep/d/${i}`, { recursive: true });
  }
  Deno.symlinkSync("../../in.txt", `${folder}/sub/x/deep/l`);
  return folder;
}

/** Moves the directory up and down; up there it must never have the link. */
const UP_AND_DOWN: readonly RenameTurn[] = [
  { from: "sub/x/deep/d", to: "d", never: "d/l" },
  { from: "d", to: "sub/x/deep/d" },
];
/** Moves the link in and out. */
const IN_AND_OUT: readonly RenameTurn[] = [
  { from: "sub/x/deep/l", to: "sub/x/deep/d/l" },
  { from: "sub/x/deep/d/l", to: "sub/x/deep/l" },
];

async function race(
  folders: readonly { host: string; turns: readonly RenameTurn[] }[],
  rounds: number,
): Promise<(number | undefined)[]> {
  const sandboxes = folders.map(({ host }) =>
    new ToolSandbox(
      SandboxConfig.builder().maxWorkers(1)
        .allowedPath("/g", host, { write: true }).build(),
    )
  );
  try {
    const modules = await Promise.all(
      folders.map(({ turns }, i) =>
        sandboxes[i]!.loadModule(renamingProgram(turns, rounds))
      ),
    );
    const runs = await Promise.all(
      modules.map((module, i) => sandboxes[i]!.run(module)),
    );
    return runs.map(({ exitCode }) => exitCode);
  } finally {
    for (const sandbox of sandboxes) await sandbox.close();
  }
}

/** Two calls, in one folder or in one and a part of it. */
async function check(
  host: string,
  partOfIt: string,
  rounds: number = ROUNDS,
): Promise<void> {
  const below = (path: string) => path.slice(partOfIt.length);
  const turns = IN_AND_OUT.map(({ from, to }) => ({
    from: below(from),
    to: below(to),
  }));
  const calls = [{ host, turns: UP_AND_DOWN }, {
    host: `${host}/${partOfIt}`,
    turns,
  }];
  const both = [RenamingExit.Renamed, RenamingExit.Renamed];
  for (let attempt = 1;; attempt++) {
    const exits = await race(calls, rounds);
    assert(!exits.includes(RenamingExit.Found), `${exits}`);
    // On a busy machine one call may be over before the other begins.
    if (attempt === ATTEMPTS) assertEquals(exits, both);
    if (exits.every((exit) => exit === RenamingExit.Renamed)) return;
  }
}

const ONE = makeFolder();
const NESTED = makeFolder();
const SCOPED = makeFolder();
const FOLDERS = [ONE, NESTED, SCOPED];
Deno.test.afterAll(() => {
  for (const folder of FOLDERS) Deno.removeSync(folder, { recursive: true });
});

Deno.test("No link gets into a directory that another call moves up", async () => {
  await check(ONE, "");
});

Deno.test("No link gets there through another grant of a part of the folder", async () => {
  await check(NESTED, "sub/");
});

Deno.test({
  name: "No link gets there where no anchor can be made",
  permissions: { read: true, write: [SCOPED] },
  fn: async () => {
    await check(SCOPED, "", SCOPED_ROUNDS);
  },
});
