/**
 * Calls the function that is named on the command line again and again, and
 * prints the most that this process took, in MiB.
 */

import { SandboxConfig, SandboxError, ToolSandbox } from "../../mod.ts";
import { assemble } from "../../src/wasm/assembler.ts";
import { ModuleBuilder } from "../prepare/module_builder.ts";

const MIB = 1024 * 1024;
const PAGE = 65_536;

/** A module whose export `f` is called. */
export interface MemoryCase {
  readonly calls: number;
  /** What is to come of each call. */
  readonly outcome: RegExp;
  readonly build: () => ModuleBuilder;
}

/** What is called, by name. */
export const MEMORY_CASES: Readonly<Record<string, MemoryCase>> = {
  "60 MiB touched in every call": {
    calls: 80,
    outcome: /^value/,
    build: () => touching(960, 1),
  },
  "12 MiB of an instance that can't be made": {
    calls: 300,
    outcome: /data segment/,
    build: unmade,
  },
  "tables that grow to their limit": {
    calls: 60,
    outcome: /^value/,
    build: () =>
      exported(
        new ModuleBuilder().table("funcref", 0),
        "ref.null funcref i32.const 1500000 table.grow 0 drop",
      ),
  },
};

/** Each of the memories grows, and is written to up to its end. */
function touching(pages: number, memories: number): ModuleBuilder {
  const builder = new ModuleBuilder();
  for (let i = 0; i < memories; i++) builder.memory(1);
  const code = Array.from({ length: memories }, (_, memory) => `
    i32.const ${pages} memory.grow ${memory} drop
    i32.const 0 i32.const 1 i32.const ${(pages + 1) * PAGE}
    memory.fill ${memory}`);
  return exported(builder, code.join("\n"));
}

/** The first segment of data is written, and the second does not fit. */
function unmade(): ModuleBuilder {
  const pages = 192;
  const bytes = new Uint8Array(pages * PAGE).fill(1);
  return exported(new ModuleBuilder().memory(pages), "")
    .raw(11, active(0, bytes))
    .raw(11, active(pages * PAGE, bytes.subarray(0, 1)));
}

function active(offset: number, bytes: Uint8Array): Uint8Array {
  const head = assemble(`i32.const ${offset}`);
  const size = assemble(`i32.const ${bytes.length}`).subarray(1);
  const entry = new Uint8Array(
    1 + head.length + 1 + size.length + bytes.length,
  );
  entry.set([0, ...head, 0x0b, ...size]);
  entry.set(bytes, entry.length - bytes.length);
  return entry;
}

function exported(builder: ModuleBuilder, code: string): ModuleBuilder {
  return builder.func(builder.type([], ["i32"]), `${code} i32.const 7`)
    .export("f", "function", 0);
}

async function main(name: string): Promise<number> {
  const { calls, outcome, build } = MEMORY_CASES[name]!;
  const config = SandboxConfig.builder().maxWorkers(1).build();
  await using sandbox = new ToolSandbox(config);
  const module = await sandbox.loadModule(build().build());
  let most = 0;
  for (let call = 0; call < calls; call++) {
    const seen = await sandbox.execute(module, "f")
      .then((value) => `value ${value}`, (error) => {
        if (!(error instanceof SandboxError)) throw error;
        return error.message;
      });
    if (!outcome.test(seen)) throw new Error(`Unexpected: ${seen}`);
    most = Math.max(most, Deno.memoryUsage().rss);
  }
  return most;
}

if (import.meta.main) {
  console.log(Math.round(await main(Deno.args[0]!) / MIB));
}
