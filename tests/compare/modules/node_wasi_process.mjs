/**
 * The process of `node_wasi.ts`: FOLDER TIMEOUT BYTES. It takes a module in
 * base64 a line, and answers with a line of JSON.
 */

import { openSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { WASI } from "node:wasi";
import {
  isMainThread,
  parentPort,
  Worker,
  workerData,
} from "node:worker_threads";

const [, entry, granted, timeoutMs, memoryBytes] = process.argv;

if (isMainThread) await serve();
else await run();

async function serve() {
  for await (const line of createInterface({ input: process.stdin })) {
    const answer = await new Promise((resolve) => {
      const worker = new Worker(entry, {
        workerData: { bytes: Buffer.from(line, "base64"), granted },
        resourceLimits: { maxOldGenerationSizeMb: memoryBytes / 2 ** 20 },
      });
      const timer = setTimeout(() => {
        worker.terminate();
        resolve({ error: "terminated" });
      }, Number(timeoutMs));
      const end = (what) => {
        clearTimeout(timer);
        resolve(what);
      };
      worker.on("message", end);
      worker.on("error", (error) => end({ error: String(error) }));
    });
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

async function run() {
  const wasi = new WASI({
    version: "preview1",
    preopens: { "/data": workerData.granted },
    stdout: openSync("/dev/null", "w"),
  });
  const { instance } = await WebAssembly.instantiate(
    workerData.bytes,
    wasi.getImportObject(),
  );
  wasi.initialize(instance);
  parentPort.postMessage({ answer: instance.exports.run() });
}
