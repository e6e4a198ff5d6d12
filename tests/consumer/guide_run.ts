/** Does what a guide says, from an empty folder. */

import { dirname, fromFileUrl, join } from "@std/path";
import type { Consumer } from "./consumer.ts";
import { guideSteps } from "./guide.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const GUIDES = new URL("../../fixtures/guides/", import.meta.url);

/** One command of a guide, done. */
export interface GuideCommand {
  readonly script: string;
  readonly ms: number;
}

/**
 * Follows a guide to its end.
 *
 * @param name The guide, without `.md`.
 * @returns the commands, and how long each took.
 * @throws {Error} when a command fails, or prints something else.
 */
export async function followGuide(
  consumer: Consumer,
  name: string,
): Promise<GuideCommand[]> {
  const folder = consumer.path(name);
  await Deno.mkdir(folder);
  const commands: GuideCommand[] = [];
  const markdown = await Deno.readTextFile(new URL(`${name}.md`, GUIDES));
  for (const step of guideSteps(markdown)) {
    if (step.kind === "save") {
      await Deno.writeTextFile(join(folder, step.name), step.text);
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
      PATH: `${dirname(Deno.execPath())}:${Deno.env.get("PATH") ?? ""}`,
    },
  }).output();
  const decoder = new TextDecoder();
  const printed = decoder.decode(stdout) + decoder.decode(stderr);
  if (code !== 0) throw new Error(`${script}failed with ${code}:\n${printed}`);
  return printed;
}
