import { assert, assertEquals } from "@std/assert";
import { Guest } from "../imports/wasi/guest.ts";

const FILES = 150;
const OLD = "old".repeat(60);
const NEW = "new!".repeat(50);
/** When it is killed, as a part of what a whole commit takes. */
const KILLS = [0.2, 0.5, 0.8, 0.88, 0.93, 0.97];

/**
 * Runs the process; kills it so long after its commit began. Answers how long
 * the commit took.
 */
async function commitAndKill(host: string, ms?: number): Promise<number> {
  const script = new URL("./overlay_commit_process.ts", import.meta.url);
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script.pathname, host, String(FILES)],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = process.stdout.getReader();
  await reader.read();
  const start = performance.now();
  if (ms !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    killIfRunning(process);
  } else await reader.read();
  const took = performance.now() - start;
  await reader.cancel();
  await process.status;
  return took;
}

Deno.test("a commit that is killed leaves old or new files, and says what to clean", async () => {
  let wholeMs = 0;
  for (const part of [undefined, ...KILLS]) {
    const ms = part && part * wholeMs;
    const host = Deno.realPathSync(Deno.makeTempDirSync());
    try {
      for (let i = 0; i < FILES; i++) {
        Deno.writeTextFileSync(`${host}/file${i}`, OLD);
      }
      Deno.writeTextFileSync(`${host}/before`, "kept");
      const took = await commitAndKill(host, ms);
      if (ms === undefined) wholeMs = took;
      const names = [...Deno.readDirSync(host)].map(({ name }) => name);
      const left = names.filter((name) =>
        name.startsWith(".cortexai-sandbox-")
      );
      for (let i = 0; i < FILES; i++) {
        const text = Deno.readTextFileSync(`${host}/file${i}`);
        assert(
          text === OLD || text === NEW,
          `file${i} has ${text.length} bytes`,
        );
        if (ms === undefined) assertEquals(text, NEW);
      }
      const renamed = names.filter((n) => n === "before" || n === "after");
      assertEquals(renamed.length, 1);
      assertEquals(Deno.readTextFileSync(`${host}/${renamed[0]}`), "kept");
      if (ms === undefined) assertEquals(left, []);
      checkJournal(host, left);
      checkUnseen(host, names.length - left.length);
    } finally {
      Deno.removeSync(host, { recursive: true });
    }
  }
});

/** It may have been faster than the time before. */
function killIfRunning(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** What is left is all named by a journal that a person can read. */
function checkJournal(host: string, left: readonly string[]): void {
  const journals = left.filter((name) => name.endsWith("-journal.json"));
  if (left.length === 0) return;
  assertEquals(journals.length, 1);
  const text = Deno.readTextFileSync(`${host}/${journals[0]}`);
  // One that was killed while it was written is the only thing there.
  if (left.length === 1) return;
  const { about, prefix, moved } = JSON.parse(text);
  assert(about.includes("may be removed"));
  assert(left.every((name) => name.startsWith(prefix)));
  assertEquals(moved.length, 1);
}

/** Guests never see what is left. */
function checkUnseen(host: string, names: number): void {
  using guest = Guest.on(host, false);
  const seen = guest.names(".");
  assert(typeof seen !== "number");
  assertEquals(seen.length - 2, names);
}
