import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { Programs } from "../tool/programs.ts";
import { TrapFolder } from "./trap_folder.ts";

/** One thing that a guest does: an operation of `escape` and its paths. */
type Step = readonly [operation: string, path: string, second?: string];

/** Where the host comes out when it follows a link; undefined if nowhere. */
function followed(folder: TrapFolder, link: string): string | undefined {
  try {
    return Deno.realPathSync(join(folder.granted, link));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function take(programs: Programs, steps: readonly Step[]) {
  for (const step of steps) {
    const args = step.filter((part) => part !== undefined);
    const { stdout } = await programs.run("wasi/escape", { args });
    assertMatch(stdout, /^(ok|error) /, `${args}`);
  }
}

async function withPrograms(
  use: (programs: Programs, folder: TrapFolder) => Promise<void>,
): Promise<void> {
  await using folder = await TrapFolder.make();
  await using programs = new Programs((b) =>
    b.allowedPath("/g", folder.granted, { write: true })
  );
  await use(programs, folder);
  assertEquals(folder.changesOutside(), []);
  await programs.assertReusable();
}

Deno.test("A guest makes links inside its folder", async () => {
  await withPrograms(async (programs, folder) => {
    const links: [target: string, link: string, leadsTo: string][] = [
      ["in.txt", "s1", "in.txt"],
      ["sub/file.txt", "s2", "sub/file.txt"],
      ["./file.txt", "sub/s3", "sub/file.txt"],
    ];
    for (const [target, link, leadsTo] of links) {
      await take(programs, [["symlink", target, `/g/${link}`]]);
      assertEquals(followed(folder, link), join(folder.granted, leadsTo));
    }
    const args = ["read", "/g/s2"];
    const { stdout } = await programs.run("wasi/escape", { args });
    assertEquals(stdout, "ok below\n");
  });
});

Deno.test("A guest makes no link that leads out or goes up", async () => {
  await withPrograms(async (programs, folder) => {
    const inSub = ["symlink", "../in.txt", "/g/sub/made"];
    assertEquals(
      (await programs.run("wasi/escape", { args: inSub })).exitCode,
      1,
    );
    assertEquals(followed(folder, "sub/made"), undefined);
    const targets = [
      ...["..", "../", "../in.txt", "../outside", "../granted/../in.txt"],
      ...["sub/../..", "sub/../../in.txt", "./../in.txt", "in-link/../../x"],
      ...["/", "/etc/passwd", "/g/in.txt", join(folder.base, "in.txt")],
      ...["new/../../in.txt", `${"sub/../".repeat(20)}../in.txt`],
    ];
    for (const target of targets) {
      const args = ["symlink", target, "/g/made"];
      const { exitCode, stdout } = await programs.run("wasi/escape", { args });
      assertMatch(stdout, /^error /, target);
      assertEquals([exitCode, followed(folder, "made")], [1, undefined]);
    }
  });
});

Deno.test("No order of steps turns links inside into one that leads out", async () => {
  const up: Step = ["symlink", "../..", "/g/sub/deep/p"];
  const through: Step = ["symlink", "p/../in.txt", "/g/sub/deep/evil"];
  const toTop: Step = ["symlink", "../../in.txt", "/g/sub/deep/evil"];
  const ways: [steps: Step[], link: string][] = [
    [[through, up], "sub/deep/evil"],
    [[up, through], "sub/deep/evil"],
    [
      [["mkdir", "/g/sub/deep/p"], through, ["rmdir", "/g/sub/deep/p"], up],
      "sub/deep/evil",
    ],
    [[toTop, ["rename", "/g/sub/deep", "/g/evil"]], "evil/evil"],
    [[toTop, ["rename", "/g/sub/deep/evil", "/g/evil"]], "evil"],
    [[toTop, ["link", "/g/sub/deep/evil", "/g/evil"]], "evil"],
    [[["rename", "/g/sub/back", "/g/evil"]], "evil"],
    [[["link", "/g/sub/back", "/g/evil"]], "evil"],
    [
      [toTop, ["rename", "/g/sub", "/g/empty"], [
        "rename",
        "/g/empty/deep",
        "/g/evil",
      ]],
      "evil/evil",
    ],
    [
      [toTop, ["mkdir", "/g/a"], ["rename", "/g/sub/deep", "/g/a/deep"], [
        "rename",
        "/g/a",
        "/g/evil",
      ], ["rename", "/g/evil/deep", "/g/deep"]],
      "deep/evil",
    ],
  ];
  await withPrograms(async (programs, folder) => {
    for (const [steps, link] of ways) {
      await take(programs, steps);
      const end = followed(folder, link);
      const isInside = end === undefined || end.startsWith(folder.granted);
      assertEquals(isInside, true, `${link} leads to ${end} after ${steps}`);
      const args = ["read", `/g/${link}`];
      const { stdout } = await programs.run("wasi/escape", { args });
      assertMatch(stdout, /^(ok inside|error )/, `${steps}`);
      folder.plantAgain();
    }
  });
});
