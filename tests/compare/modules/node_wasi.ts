/** Node's `node:wasi`, in a worker of Node's that is terminated. */

import type { Subject } from "../subject.ts";
import { answerOf } from "./answer_of.ts";
import { makeGround } from "./ground.ts";
import { TextLineStream } from "../../text_lines.ts";

const ENTRY = new URL("./node_wasi_process.mjs", import.meta.url).pathname;

/** A process of Node's that runs one module after the other. */
export const NODE_WASI: Subject<() => Uint8Array<ArrayBuffer>> = {
  name: "Node, node:wasi in a worker that is terminated",
  async open({ timeoutMs, memoryBytes }) {
    const granted = await makeGround();
    const node = new Deno.Command("node", {
      args: ["--no-warnings", ENTRY, granted, `${timeoutMs}`, `${memoryBytes}`],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const writer = node.stdin.getWriter();
    const lines = node.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    return {
      async run(attack) {
        const text = `${attack().toBase64()}\n`;
        await writer.write(new TextEncoder().encode(text));
        const { value, done } = await lines.read();
        if (done) throw new Error("The process of Node's has ended");
        const { answer, error } = JSON.parse(value);
        if (error !== undefined) throw new Error(error);
        return answerOf(answer);
      },
      close: async () => await writer.close(),
    };
  },
};
