/** The runner as its users start it: a process with `--allow-read` alone. */

const ROOT = new URL("../../", import.meta.url);

/** How a runner ended. */
export interface RunnerEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a runner in the checkout. */
export function startRunner(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", "tool-runner.ts", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs a runner to its end. */
export async function runRunner(
  args: readonly string[],
  input = "",
): Promise<RunnerEnd> {
  const child = startRunner(args);
  await writeInput(child, input);
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/** Writes all of standard input and closes it. */
export async function writeInput(
  child: Deno.ChildProcess,
  text: string,
): Promise<void> {
  try {
    await new Response(text).body?.pipeTo(child.stdin);
  } catch (error) {
    // A runner that fails at once does not read.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
