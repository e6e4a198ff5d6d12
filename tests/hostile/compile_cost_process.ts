// deno-lint-ignore-file no-console
/**
 * Loads the module that a shape, given as JSON, stands for, runs it past its
 * time limit, prints a line of JSON about it and then does nothing until it is
 * killed: what it does nevertheless is V8's own doing.
 */

import { SandboxConfig, SandboxError, ToolSandbox } from "../../mod.ts";
import { buildShape } from "../proof/worst/build_shape.ts";
import { PLAIN } from "../proof/worst/shape.ts";

/** What is printed. */
export interface CompileReport {
  /** The refusal's message, when the module was refused. */
  readonly refusal?: string;
  /** How many milliseconds after its limit the call ended, and how. */
  readonly lateMs?: number;
  readonly kind?: string;
  readonly lostWorkers: number;
}

const LIMIT_MS = 200;
const ROUNDS = 1_000_000_000;

async function run(text: string): Promise<CompileReport> {
  const config = SandboxConfig.builder()
    .maxExecutionTime(LIMIT_MS)
    .maxWorkers(1)
    .build();
  const sandbox = new ToolSandbox(config);
  const bytes = buildShape({ ...PLAIN, ...JSON.parse(text) });
  const rounds = new Uint8Array(Int32Array.of(ROUNDS).buffer);
  let start = performance.now();
  const end = (error: unknown): CompileReport => {
    if (!(error instanceof SandboxError)) throw error;
    const { lostWorkers } = sandbox;
    if (error.kind === "CompilationFailed") {
      return { refusal: error.message, lostWorkers };
    }
    const lateMs = performance.now() - start - LIMIT_MS;
    return { kind: error.kind, lateMs, lostWorkers };
  };
  try {
    const module = await sandbox.loadModule(bytes);
    start = performance.now();
    await sandbox.execute(module, "run", rounds);
  } catch (error) {
    return end(error);
  }
  throw new Error("The guest ended by itself");
}

if (import.meta.main) {
  console.log(JSON.stringify(await run(Deno.args[0]!)));
  setInterval(() => {}, 1_000_000);
}
