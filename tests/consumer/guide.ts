/**
 * A guide, taken apart: the files that a reader saves and the commands that a
 * reader runs, in order.
 *
 * A fence with a file's name behind its language is that file. A fence of `sh`
 * is run, and has to print the last lines that a fence of `text` behind it
 * shows.
 */

/** One thing that a reader does. */
export type GuideStep =
  | { readonly kind: "save"; readonly name: string; readonly text: string }
  | {
    readonly kind: "run";
    readonly script: string;
    /** What it prints at the end; empty when the guide does not say. */
    readonly output: string;
  };

const FENCE = /^```(?<language>\w+)(?<rest>[^\n]*)\n(?<text>[\s\S]*?)^```$/gm;

/**
 * Takes a guide apart.
 *
 * @throws {Error} when a fence is none of those above.
 */
export function guideSteps(markdown: string): GuideStep[] {
  const steps: GuideStep[] = [];
  for (const { groups } of markdown.matchAll(FENCE)) {
    const { language, rest, text = "" } = groups!;
    const name = rest!.trim().split(" ")[0]!;
    const last = steps.at(-1);
    if (language === "sh") {
      steps.push({ kind: "run", script: text, output: "" });
    } else if (language === "text" && last?.kind === "run") {
      steps[steps.length - 1] = { ...last, output: text };
    } else if (name.includes(".")) {
      steps.push({ kind: "save", name, text });
    } else {
      throw new Error(`A fence of ${language} is no file and no command`);
    }
  }
  return steps;
}
