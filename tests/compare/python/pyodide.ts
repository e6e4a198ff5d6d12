/** Pyodide, in a worker that is terminated when a program takes too long. */

import type { Subject } from "../subject.ts";
import { printed } from "./attacks.ts";

const ENTRY = new URL("./pyodide_worker.ts", import.meta.url);
const STARTING_MS = 60_000;

/** What its documentation advises: a web worker, anew once it was terminated. */
export const PYODIDE: Subject<string> = {
  name: "pyodide 314.0.7, in a Worker that is terminated",
  async open({ timeoutMs }) {
    let kept: Worker | undefined = await started();
    return {
      async run(code) {
        const worker = kept ?? await started();
        kept = worker;
        try {
          worker.postMessage(code);
          return printed(await answer(worker, timeoutMs));
        } catch (error) {
          kept = undefined;
          worker.terminate();
          throw error;
        }
      },
      close: () => Promise.resolve(kept?.terminate()),
    };
  },
};

async function started(): Promise<Worker> {
  const worker = new Worker(ENTRY, { type: "module" });
  await answer(worker, STARTING_MS);
  return worker;
}

function answer(worker: Worker, withinMs: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => reject(new Error("terminated")), withinMs);
  worker.onmessage = ({ data }) =>
    "error" in data ? reject(new Error(data.error)) : resolve(data.printed);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  return promise.finally(() => clearTimeout(timer));
}
