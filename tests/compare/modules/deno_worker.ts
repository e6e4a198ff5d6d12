/** Deno alone: a worker with few permissions, its `node:wasi`, and a timer. */

import type { Subject } from "../subject.ts";
import { answerOf } from "./answer_of.ts";
import { makeGround } from "./ground.ts";

const ENTRY = new URL("./deno_worker_entry.ts", import.meta.url);

/** What somebody writes who has no package. */
export const DENO_WORKER: Subject<() => Uint8Array<ArrayBuffer>> = {
  name: `Deno ${Deno.version.deno}, node:wasi in a Worker that is terminated`,
  async open({ timeoutMs }) {
    const granted = await makeGround();
    return {
      run(attack) {
        const worker = new Worker(ENTRY, {
          type: "module",
          deno: { permissions: { read: [granted], write: [granted] } },
        });
        const { promise, resolve, reject } = Promise.withResolvers<unknown>();
        const timer = setTimeout(
          () => reject(new Error("terminated")),
          timeoutMs,
        );
        worker.onmessage = ({ data }) =>
          "error" in data
            ? reject(new Error(data.error))
            : resolve(answerOf(data.answer));
        worker.onerror = (event) => {
          event.preventDefault();
          reject(new Error(event.message));
        };
        worker.postMessage({ bytes: attack(), granted });
        return promise.finally(() => {
          clearTimeout(timer);
          worker.terminate();
        });
      },
      close: () => Promise.resolve(),
    };
  },
};
