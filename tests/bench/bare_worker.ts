/**
 * The least that a worker can do for a call: a fresh instance, bytes in and
 * bytes out through `postMessage`, and no limit at all.
 */

/** The part of the worker's global scope that is used here. */
interface WorkerScope {
  onmessage:
    | ((event: MessageEvent<WebAssembly.Module | Uint8Array>) => void)
    | null;
  postMessage(message: Uint8Array): void;
}

/** What `tools/echo` exports. */
interface EchoExports {
  readonly memory: WebAssembly.Memory;
  readonly __tool_execute: (at: number, length: number) => [number, number];
}

/** Where the arguments go; the tool's own data lies below. */
const ARGUMENTS_AT = 1024;

const scope = globalThis as unknown as WorkerScope;
let module: WebAssembly.Module | undefined;

scope.onmessage = ({ data }) => {
  if (data instanceof WebAssembly.Module) module = data;
  else if (module) scope.postMessage(answer(module, data));
};

function answer(module: WebAssembly.Module, args: Uint8Array): Uint8Array {
  const instance = new WebAssembly.Instance(module);
  const { memory, __tool_execute } = instance
    .exports as unknown as EchoExports;
  new Uint8Array(memory.buffer).set(args, ARGUMENTS_AT);
  const [at, length] = __tool_execute(ARGUMENTS_AT, args.length);
  return new Uint8Array(memory.buffer, at, length).slice();
}
