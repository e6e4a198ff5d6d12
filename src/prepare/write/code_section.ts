/** Writes the code section of a prepared module. */

import { CompilationFailed } from "../../errors.ts";
import { assemble } from "../../wasm/assembler.ts";
import { malformed } from "../../wasm/malformed.ts";
import { Reader } from "../../wasm/reader.ts";
import { SectionId } from "../../wasm/section.ts";
import { Writer } from "../../wasm/writer.ts";
import { roomAroundCode } from "./room_around_code.ts";
import { BulkCalls } from "../rewrite/bulk_calls.ts";
import { FunctionRewriter } from "../rewrite/function_rewriter.ts";
import { guardText } from "../rewrite/guard.ts";
import type { InstanceChanges } from "../read/operator_walk.ts";
import type { ParsedModule } from "../read/parsed_module.ts";
import { InjectedFunctions, writeInjectedBody } from "../rewrite/injected.ts";
import { MODULE_LIMITS } from "../limits/module_limits.ts";

/** The code section after rewriting. */
export interface RewrittenCode {
  /** How many functions it has. */
  readonly count: number;
  /** Their bodies, each with its size; there is room around them. */
  readonly bodies: Writer;
  readonly injected: InjectedFunctions;
  /** Bits of the features that the operators belong to. */
  readonly operatorFeatures: number;
  /** What the code may do to an instance. */
  readonly changes: InstanceChanges;
  /** Bytes of machine code that V8 may make of the guest's functions. */
  readonly machineCodeBytes: number;
}

/** Told up to where the bytes are done. */
export type Progress = (doneBytes: number) => void;

/** How often that is told. */
const PROGRESS_BYTES = 1024 * 1024;

/** Rewrites every function body and adds those of the injected functions. */
export function rewriteCode(
  guest: ParsedModule,
  limitBytes: number,
  fuelGlobal: number | undefined,
  onProgress?: Progress,
): RewrittenCode {
  const { before, after } = roomAroundCode(guest);
  const bodies = new Writer(codeSize(guest) * 1.25 + after, before);
  const injected = new InjectedFunctions(guest.functions.length);
  const bulk = new BulkCalls(guest, injected, limitBytes, fuelGlobal);
  const guard = assemble(guardText(guest.memories.length));
  const rewriter = new FunctionRewriter(guest, bodies, {
    guard,
    bulk,
    stopMemory: guest.memories.length,
    fuelGlobal,
  });
  const defined = rewriteBodies(guest, rewriter, bodies, onProgress);
  for (const one of injected.all) writeInjectedBody(bodies, one);
  const count = defined + injected.all.length;
  return {
    count,
    bodies,
    injected,
    operatorFeatures: rewriter.features,
    changes: rewriter.changes,
    machineCodeBytes: rewriter.machineCodeBytes,
  };
}

function codeSize(guest: ParsedModule): number {
  const section = guest.section(SectionId.code);
  return section ? section.end - section.contents : 0;
}

function rewriteBodies(
  guest: ParsedModule,
  rewriter: FunctionRewriter,
  bodies: Writer,
  onProgress: Progress | undefined,
): number {
  const defined = guest.functions.length - guest.importedFunctions;
  const section = guest.section(SectionId.code);
  if (!section) {
    if (defined === 0) return 0;
    throw malformed(`${defined} functions have no code`, guest.bytes.length);
  }
  const reader = new Reader(guest.bytes, section.contents, section.end);
  const count = reader.count("function bodies", MODULE_LIMITS.functions);
  if (count !== defined) {
    throw malformed(
      `${count} bodies for ${defined} functions`,
      section.contents,
    );
  }
  let next = section.contents + PROGRESS_BYTES;
  for (let i = 0; i < count; i++) {
    if (reader.pos >= next) {
      onProgress?.(reader.pos);
      next = reader.pos + PROGRESS_BYTES;
    }
    const size = reader.u32("size of a function body");
    const start = reader.pos;
    reader.skip(size, "function body");
    rewriter.rewrite(guest.importedFunctions + i, start, start + size);
    checkSize(bodies.length);
  }
  rewriter.finish();
  if (!reader.done) {
    throw malformed("a section is longer than its contents", reader.pos);
  }
  return count;
}

function checkSize(bytes: number): void {
  const { rewrittenCodeBytes } = MODULE_LIMITS;
  if (bytes > rewrittenCodeBytes) {
    throw new CompilationFailed(
      `Cannot prepare module: its code with the checks has more than ` +
        `${rewrittenCodeBytes} bytes, the limit`,
    );
  }
}
