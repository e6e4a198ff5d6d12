/** The runner as its users start it: a process that may read, and little else. */

const ROOT = new URL("../../", import.meta.url);

/** How a runner ended. */
export interface RunnerEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Starts a runner in the checkout.
 *
 * @param permissions What it has beside `--allow-read`.
 */
export function startRunner(
  args: readonly string[],
  permissions: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Deno.ChildProcess {
  const flags = ["--no-prompt", "--allow-read", ...permissions];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, "tool-runner.ts", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs a runner to its end. */
export async function runRunner(
  args: readonly string[],
  input: BodyInit = "",
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
  input: BodyInit,
): Promise<void> {
  try {
    await new Response(input).body?.pipeTo(child.stdin);
  } catch (error) {
    // A runner that fails at once does not read.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
