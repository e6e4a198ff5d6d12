/** Does what a guide says, from an empty folder. */

import { dirname, fromFileUrl, join } from "@std/path";
import type { Consumer } from "./consumer.ts";
import { guideSteps } from "./guide.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const GUIDES = new URL("../../fixtures/guides/", import.meta.url);
const DOWNLOAD = /^(?:\S*m)?Download\S* http.*\n/gm;
/** The port that guides serve on. Here it may be taken. */
const PORT = "8321";

/** One command of a guide, done. */
export interface GuideCommand {
  readonly script: string;
  readonly ms: number;
}

/**
 * Follows a guide to its end, or to a heading.
 *
 * @param name The guide, without `.md`; `README` is that of the package.
 * @param before The line of the heading to stop at.
 * @returns the commands, and how long each took.
 * @throws {Error} when a command fails, or prints something else.
 */
export async function followGuide(
  consumer: Consumer,
  name: string,
  before?: string,
): Promise<GuideCommand[]> {
  const folder = consumer.path(name);
  await Deno.mkdir(folder);
  const commands: GuideCommand[] = [];
  for (const step of guideSteps(await readGuide(name, before))) {
    if (step.kind === "save") {
      await saveFile(join(folder, step.name), step.text);
      continue;
    }
    const started = performance.now();
    const printed = await runScript(consumer, folder, step.script);
    if (!printed.trimEnd().endsWith(step.output.trimEnd())) {
      throw new Error(
        `${name}: ${step.script}printed:\n${printed}expected:\n${step.output}`,
      );
    }
    commands.push({ script: step.script, ms: performance.now() - started });
  }
  return commands;
}

/**
 * Checks the types of the TypeScript in a guide that can't be followed without
 * downloads.
 *
 * @throws {Error} when there is an error in it, or none of it.
 */
export async function checkGuide(
  consumer: Consumer,
  name: string,
): Promise<void> {
  const folder = consumer.path(name);
  for (const step of guideSteps(await readGuide(name))) {
    if (step.kind === "save") {
      await saveFile(join(folder, step.name), step.text);
    }
  }
  await runScript(consumer, folder, "deno check *.ts");
}

async function readGuide(name: string, before?: string): Promise<string> {
  const folder = name === "README" ? new URL("../../", GUIDES) : GUIDES;
  const text = await Deno.readTextFile(new URL(`${name}.md`, folder));
  const markdown = text.replaceAll(PORT, freePort());
  if (before === undefined) return markdown;
  const end = markdown.indexOf(`\n${before}\n`);
  if (end < 0) throw new Error(`${name} has no heading ${before}`);
  return markdown.slice(0, end);
}

function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String(listener.addr.port);
}

async function saveFile(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}

/** Runs a shell script, and returns what it printed. */
export async function runScript(
  consumer: Consumer,
  cwd: string,
  script: string,
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-ec", `exec 2>&1\n${script}`],
    cwd,
    env: {
      ...consumer.env,
      SANDBOX: ROOT,
      PATH: [
        dirname(Deno.execPath()),
        Deno.env.get("PATH") ?? "",
        join(ROOT, ".nats", "bin"),
      ].join(":"),
    },
  }).output();
  const decoder = new TextDecoder();
  // Deno names what it downloads, between the lines of the program.
  const printed = (decoder.decode(stdout) + decoder.decode(stderr))
    .replaceAll(DOWNLOAD, "");
  if (code !== 0) throw new Error(`${script}failed with ${code}:\n${printed}`);
  return printed;
}
