/** The two ways that a test takes through the guest: rewritten, and as it is. */

import { SandboxedTool, ToolSandbox } from "../../mod.ts";
import { interpreterBytes } from "../../src/interpreters/javascript/interpreter_bytes.ts";
import type { Test } from "./test_file.ts";

/** Runs tests, each in a fresh state; answers with what the guest answered. */
export interface Way {
  run(test: Test): Promise<string>;
  close(): Promise<void>;
}

/** What the guest is asked; both ways send the same. */
function request({ prelude, source, isAsync }: Test) {
  return {
    op: "run",
    name: "test.js",
    source: isAsync ? `${source}\n;__isDone;` : source,
    prelude,
    tools: [],
  };
}

/** Through a sandbox, as every guest. */
export async function sandboxed(): Promise<Way> {
  const sandbox = new ToolSandbox({ maxExecutionTime: 60_000 });
  const module = await sandbox.loadModule(await interpreterBytes());
  const tool = await SandboxedTool.create(
    sandbox,
    await sandbox.snapshot(module),
  );
  return {
    async run(test) {
      const result = await tool.call(request(test));
      return result.ok
        ? JSON.stringify(result.value)
        : `${result.error.kind}: ${result.error.message}`;
    },
    close: () => sandbox.close(),
  };
}

/** As V8 runs it by itself: nothing rewritten, and nothing that stops it. */
export async function unrewritten(): Promise<Way> {
  const module = await WebAssembly.compile(await interpreterBytes());
  return {
    run: (test) => Promise.resolve(runPlain(module, test)),
    close: () => Promise.resolve(),
  };
}

/** The part of the tool ABI that is used. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  __tool_alloc(bytes: number): number;
  __tool_execute(at: number, bytes: number): bigint;
}

function runPlain(module: WebAssembly.Module, test: Test): string {
  const view = () => new DataView(exports.memory.buffer);
  const imports = {
    cortex_host: { call: () => -2, read: () => 0, error_text: () => 0 },
    cortex_http: {
      request: () => -2,
      response_head: () => -6,
      read: () => -6,
      wait: () => -6,
      close: () => -6,
      error_text: () => 0,
    },
    wasi_snapshot_preview1: {
      clock_time_get(_id: number, _precision: bigint, at: number): number {
        view().setBigUint64(at, BigInt(Math.round(Date.now() * 1e6)), true);
        return 0;
      },
      /** Says that it has written everything. */
      fd_write(_fd: number, at: number, count: number, into: number): number {
        let bytes = 0;
        for (let i = 0; i < count; i++) {
          bytes += view().getUint32(at + 8 * i + 4, true);
        }
        view().setUint32(into, bytes, true);
        return 0;
      },
      /** Wakes at once; timers look at the clock again. */
      poll_oneoff: () => 0,
      random_get(at: number, bytes: number): number {
        const { buffer } = exports.memory;
        crypto.getRandomValues(new Uint8Array(buffer, at, bytes));
        return 0;
      },
    },
  };
  const instance = new WebAssembly.Instance(module, imports);
  const exports = instance.exports as unknown as Exports;
  const json = new TextEncoder().encode(JSON.stringify(request(test)));
  try {
    const at = exports.__tool_alloc(json.length);
    new Uint8Array(exports.memory.buffer).set(json, at);
    const slice = exports.__tool_execute(at, json.length);
    const answer = new Uint8Array(
      exports.memory.buffer,
      Number(slice >> 32n),
      Number(slice & 0xffffffffn),
    );
    return JSON.stringify(JSON.parse(new TextDecoder().decode(answer)));
  } catch (error) {
    return String(error);
  }
}

/** Whether an answer is that of a test that passed. */
export function isPass({ negative }: Test, answer: string): boolean {
  if (!answer.startsWith("{")) return false;
  const { error } = JSON.parse(answer) as { error?: { name?: string } };
  return negative === undefined
    ? error === undefined
    : error?.name === negative;
}
