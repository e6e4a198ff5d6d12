/**
 * Runs Python in Pyodide: answers each line with milliseconds. Ways: `turn`, in
 * an interpreter that stays, and `fresh`, in one that is made for it.
 */

import { TextLineStream } from "../../text_lines.ts";

// Not a literal for `import`: only who runs the benchmark has to load it.
const PYODIDE = "npm:pyodide@314.0.7";

/** The part of it that is used. */
interface Pyodide {
  runPython(code: string): unknown;
  setStdout(options: { batched: (text: string) => void }): void;
}

const { loadPyodide } = await import(PYODIDE) as {
  loadPyodide(): Promise<Pyodide>;
};

async function fresh(): Promise<Pyodide> {
  const made = await loadPyodide();
  made.setStdout({ batched: () => {} });
  return made;
}

const kept = await fresh();
const ways: Readonly<Record<string, () => Promise<void>>> = {
  turn: () => Promise.resolve(void kept.runPython("x = 1\nprint(x)")),
  fresh: async () => void (await fresh()).runPython("print(1)"),
};

const lines = Deno.stdin.readable
  .pipeThrough(new TextDecoderStream())
  .pipeThrough(new TextLineStream());
for await (const line of lines) {
  const since = performance.now();
  await ways[line]!();
  console.log(performance.now() - since);
}
