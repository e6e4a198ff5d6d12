/** Extism's JavaScript SDK, in a worker and with the limits that it has. */

import { CANARY, HARMLESS_ANSWER, type Subject } from "../subject.ts";
import { makeGround } from "./ground.ts";

// Not a literal for `import`: only who compares has to load it.
const PACKAGE = "npm:@extism/extism@1.0.3";
const PAGE_BYTES = 65_536;

/** The part of the SDK that is used. */
interface ExtismSdk {
  createPlugin(
    manifest: {
      wasm: { data: Uint8Array }[];
      memory: { maxPages: number };
      timeoutMs: number;
    },
    options: {
      useWasi: boolean;
      runInWorker: boolean;
      allowedPaths: Record<string, string>;
    },
  ): Promise<{ call(name: string): Promise<unknown>; close(): Promise<void> }>;
}

/** A plug-in for each run, as each call of the others has a fresh instance. */
export const EXTISM: Subject<() => Uint8Array<ArrayBuffer>> = {
  name: "@extism/extism 1.0.3",
  async open({ timeoutMs, memoryBytes }) {
    const { createPlugin }: ExtismSdk = await import(PACKAGE);
    const granted = await makeGround();
    return {
      async run(attack) {
        const plugin = await createPlugin({
          wasm: [{ data: attack() }],
          memory: { maxPages: memoryBytes / PAGE_BYTES },
          timeoutMs,
        }, {
          useWasi: true,
          runInWorker: true,
          allowedPaths: { "/data": granted },
        });
        try {
          await plugin.call("told");
          return HARMLESS_ANSWER;
        } catch (error) {
          // `told` traps where it found the secret, and nowhere else.
          if (String(error).includes("unreachable")) return CANARY;
          throw error;
        } finally {
          await plugin.close();
        }
      },
      close: () => Promise.resolve(),
    };
  },
};
