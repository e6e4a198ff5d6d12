/** Calls that are killed, each kind in its turn. */

import {
  type CallResult,
  SandboxConfig,
  SandboxedTool,
  ToolSandbox,
} from "../../mod.ts";

const HOSTILE = new URL("../../fixtures/hostile/", import.meta.url);
/** Enough for a cold worker to tell a schema, on a busy machine too. */
const LIMIT_MS = 100;
const ABORT_MS = 2;
const FUEL = 1_000_000n;

/** Told of what came of a call. */
export type OnCall = (tool: string, result: CallResult<unknown>) => void;

/** Makes calls that can only end by a limit or an abort. */
export class Killer implements AsyncDisposable {
  /** Sandboxes of its own, for limits that the tools do not share. */
  readonly #sandboxes: readonly ToolSandbox[];
  readonly #ways: readonly (() => Promise<string>)[];

  private constructor(
    sandboxes: readonly ToolSandbox[],
    ways: readonly (() => Promise<string>)[],
  ) {
    this.#sandboxes = sandboxes;
    this.#ways = ways;
  }

  /** Loads what it needs, partly into the sandbox of the tools. */
  static async start(sandbox: ToolSandbox, onCall: OnCall): Promise<Killer> {
    const config = SandboxConfig.builder;
    const hasty = new ToolSandbox(config().maxExecutionTime(LIMIT_MS).build());
    const fuelled = new ToolSandbox(config().maxFuel(FUEL).build());
    const late = await load(hasty, "loop_in_execute");
    const thirsty = await load(fuelled, "loop_in_execute");
    const greedy = await load(sandbox, "grow_until_refused");
    const endless = await load(sandbox, "loop_in_execute");
    return new Killer([hasty, fuelled], [
      () => endsWith(late, "TimeoutExceeded", onCall),
      () => endsWith(greedy, "MemoryLimitExceeded", onCall),
      () => endsWith(thirsty, "FuelExhausted", onCall),
      () => endsByAbort(endless),
    ]);
  }

  /** Workers lost by the sandboxes of its own. */
  get lostWorkers(): number {
    return this.#sandboxes.reduce(
      (sum, { lostWorkers }) => sum + lostWorkers,
      0,
    );
  }

  /** Makes a call; answers `"as expected"`, or what came of it instead. */
  async kill(number: number): Promise<string> {
    return await this.#ways[number % this.#ways.length]!();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#sandboxes.map((sandbox) => sandbox.close()));
  }
}

async function load(
  sandbox: ToolSandbox,
  name: string,
): Promise<SandboxedTool> {
  const module = await sandbox.loadModule(new URL(`${name}.wasm`, HOSTILE));
  return await SandboxedTool.create(sandbox, module);
}

async function endsWith(
  tool: SandboxedTool,
  kind: string,
  onCall: OnCall,
): Promise<string> {
  const result = await tool.call({});
  onCall(tool.schema().name, result);
  const seen = result.ok ? "a value" : result.error.kind;
  return seen === kind ? "as expected" : `${seen} instead of ${kind}`;
}

async function endsByAbort(tool: SandboxedTool): Promise<string> {
  const controller = new AbortController();
  const reason = new Error("aborted by the soak");
  const timer = setTimeout(() => controller.abort(reason), ABORT_MS);
  try {
    const { ok } = await tool.call({}, { signal: controller.signal });
    return `ok: ${ok} instead of an abort`;
  } catch (error) {
    return error === reason ? "as expected" : `${error} instead of the reason`;
  } finally {
    clearTimeout(timer);
  }
}
