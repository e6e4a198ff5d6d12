/** Sessions with the fixtures as commands. */

import type { Experimental_SandboxSession } from "npm:ai@7.0.173";
import {
  type AiSandboxSession,
  sandboxSession,
  type SandboxSessionOptions,
} from "@cortexai/sandbox/ai-sdk";

const PROGRAMS = ["cat", "copy", "environment", "escape", "exit", "limits"];

/** The programs of `fixtures/wasi` by their names. */
export const COMMANDS: Record<string, URL> = Object.fromEntries(
  PROGRAMS.map((name) => [
    name,
    new URL(`../../../../fixtures/wasi/${name}.wasm`, import.meta.url),
  ]),
);

/** A session that has them, as the AI SDK knows it. */
export function fixtureSession(
  options: SandboxSessionOptions = {},
): AiSandboxSession & Experimental_SandboxSession {
  return sandboxSession({ commands: COMMANDS, ...options });
}

/** Acts with a new folder of the host, which is removed. */
export async function inNewFolder(
  act: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The whole of a stream as text. */
export function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}
