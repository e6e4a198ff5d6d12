/** Other work on the machine, made for a measurement. */

/** Longer than anything that is measured takes. */
const COMPUTE_MS = 3_600_000;

/** Runs something while so many other processes compute. */
export async function whileBusy<Result>(
  processes: number,
  run: () => Promise<Result>,
): Promise<Result> {
  const busy = Array.from({ length: processes }, compute);
  try {
    return await run();
  } finally {
    for (const process of busy) {
      process.kill("SIGKILL");
      await process.status;
    }
  }
}

/** Keeps a core busy; ends by itself should nobody end it. */
function compute(): Deno.ChildProcess {
  const loop =
    `for (const end = Date.now() + ${COMPUTE_MS}; Date.now() < end;);`;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", loop],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}
