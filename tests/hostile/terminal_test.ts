import { assert, assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../../", import.meta.url).pathname;
const PROCESS = new URL("./terminal_process.ts", import.meta.url).pathname;
const TIMEOUT_MS = 60_000;
const ASKS = /Deno requests|Allow\?/;

/** What a Deno process prints at a terminal of its own, until it asks. */
async function atTerminal(...args: string[]): Promise<string> {
  const command = [Deno.execPath(), "run", ...args]
    .map((arg) => `'${arg}'`).join(" ");
  const child = new Deno.Command("script", {
    args: ["-qec", command, "/dev/null"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
  let said = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += chunk;
    if (ASKS.test(said)) break;
  }
  // Its terminal goes with it, and so does whoever waits for an answer there.
  await child.stdin.close();
  if (ASKS.test(said)) child.kill("SIGTERM");
  await child.status;
  clearTimeout(timer);
  return said;
}

function makeFolder(): string {
  const base = Deno.realPathSync(Deno.makeTempDirSync());
  const folder = `${base}/granted`;
  Deno.mkdirSync(`${folder}/d`, { recursive: true });
  Deno.writeTextFileSync(`${folder}/file`, "text");
  Deno.writeTextFileSync(`${folder}/d/file`, "text");
  Deno.writeTextFileSync(`${base}/outside`, "outside");
  for (
    const [target, link] of [
      ["..", "out"],
      [`${base}/outside`, "absolute"],
      ["/proc/self", "process"],
      ["missing", "dangling"],
    ] as const
  ) Deno.symlinkSync(target, `${folder}/${link}`);
  return folder;
}

const hasTerminals = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"] }).output()
    .then(({ success }) => success, () => false);

/** The grants of the process, given the folder that it grants to a guest. */
const GRANTS: Readonly<Record<string, (folder: string) => string[]>> = {
  "what it grants": (folder) => [
    `--allow-read=${ROOT},${folder}`,
    `--allow-write=${folder}`,
  ],
  "everything to read": (folder) => [
    "--allow-read",
    `--allow-write=${folder}`,
  ],
  "everything to read and write": () => ["--allow-read", "--allow-write"],
};

Deno.test({
  name: "No guest makes Deno ask for a permission",
  ignore: !hasTerminals,
  async fn(t) {
    for (const [what, grants] of Object.entries(GRANTS)) {
      for (const how of [[], ["read-only"]]) {
        await t.step(`${what} ${how}`, async () => {
          const folder = makeFolder();
          const said = await atTerminal(
            "--unstable-worker-options",
            ...grants(folder),
            PROCESS,
            folder,
            ...how,
          );
          assert(!ASKS.test(said), said);
          const words = said.split(/\s+/).filter((word) => word !== "");
          assertEquals(words, ["terminal", "done"]);
          Deno.removeSync(`${folder}/..`, { recursive: true });
        });
      }
    }
  },
});

Deno.test({
  name: "Deno does ask at such a terminal",
  ignore: !hasTerminals,
  async fn() {
    const asks = `Deno.permissions.requestSync({ name: "read" })`;
    const url = `data:text/javascript,${encodeURIComponent(asks)}`;
    assertMatch(await atTerminal(url), ASKS);
  },
});
