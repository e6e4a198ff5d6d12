/** QuickJS as its best-known package has it, on the thread of whoever calls. */

import type { Subject } from "../subject.ts";
import { OFFERED_TOOLS } from "./offered_tools.ts";

// Not a literal for `import`: only who compares has to load it.
const PACKAGE = "npm:quickjs-emscripten@0.32.0";
/** What its documentation takes, for stacks of this size. */
const STACK_BYTES = 512 * 1_024;
const TURN_MS = 1;

/** The part of the package that is used. */
interface QuickJsPackage {
  getQuickJS(): Promise<{ newRuntime(): Runtime }>;
  shouldInterruptAfterDeadline(deadline: number): unknown;
}

interface Runtime {
  setMemoryLimit(bytes: number): void;
  setMaxStackSize(bytes: number): void;
  setInterruptHandler(handler: unknown): void;
  executePendingJobs(): unknown;
  newContext(): Context;
  dispose(): void;
}

interface Handle {
  dispose(): void;
}

type Result = { readonly value: Handle } | { readonly error: Handle };

interface Context {
  readonly global: Handle;
  newObject(): Handle;
  newString(text: string): Handle;
  newFunction(name: string, run: (args: Handle) => Handle): Handle;
  newPromise(): {
    readonly handle: Handle;
    readonly settled: Promise<unknown>;
    resolve(value: Handle): void;
  };
  setProp(of: Handle, name: string, value: Handle): void;
  getString(handle: Handle): string;
  evalCode(code: string): Result;
  resolvePromise(promise: Handle): Promise<Result>;
  dump(handle: Handle): unknown;
  dispose(): void;
}

/** Runs programs as its documentation shows, each in a state of its own. */
export const QUICKJS_EMSCRIPTEN: Subject<string> = {
  name: "quickjs-emscripten 0.32.0",
  async open({ timeoutMs, memoryBytes }) {
    const { getQuickJS, shouldInterruptAfterDeadline }: QuickJsPackage =
      await import(PACKAGE);
    const quickJs = await getQuickJS();
    return {
      async run(code) {
        const runtime = quickJs.newRuntime();
        runtime.setMemoryLimit(memoryBytes);
        runtime.setMaxStackSize(STACK_BYTES);
        const deadline = Date.now() + timeoutMs;
        runtime.setInterruptHandler(shouldInterruptAfterDeadline(deadline));
        const context = runtime.newContext();
        offerTools(context);
        try {
          return await ran(runtime, context, code, deadline);
        } finally {
          context.dispose();
          runtime.dispose();
        }
      },
      close: () => Promise.resolve(),
    };
  },
};

/** Tools take and give JSON, so that nothing else passes. */
function offerTools(context: Context): void {
  for (const [name, execute] of Object.entries(OFFERED_TOOLS)) {
    const tool = context.newFunction(name, (json) => {
      const args = JSON.parse(context.getString(json));
      const { handle, settled, resolve } = context.newPromise();
      settled.catch(() => {});
      Promise.resolve(execute(args)).then((value) => {
        const answer = context.newString(JSON.stringify(value) ?? "null");
        resolve(answer);
        answer.dispose();
      });
      return handle;
    });
    context.setProp(context.global, `_${name}`, tool);
    tool.dispose();
  }
}

async function ran(
  runtime: Runtime,
  context: Context,
  code: string,
  deadline: number,
): Promise<unknown> {
  const names = Object.keys(OFFERED_TOOLS);
  const offered = names.map((name) =>
    `${name}: async (args) => JSON.parse(await _${name}(JSON.stringify(args ?? null)))`
  );
  const started = context.evalCode(
    `globalThis.tools = { __proto__: null, ${offered.join()} };
    (async () => { ${code}\n })()`,
  );
  const promise = unwrapped(context, started);
  let settled: Result | undefined;
  context.resolvePromise(promise).then((result) => settled = result);
  while (!settled) {
    runtime.executePendingJobs();
    if (Date.now() > deadline) throw new Error("The time is over");
    await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  }
  const value = unwrapped(context, settled);
  const dumped = context.dump(value);
  value.dispose();
  promise.dispose();
  return dumped;
}

function unwrapped(context: Context, result: Result): Handle {
  if ("value" in result) return result.value;
  const error = context.dump(result.error) as { message?: string };
  result.error.dispose();
  throw new Error(error?.message ?? String(error));
}
