/** Writes the code section of a prepared module. */

import { CompilationFailed } from "../../errors.ts";
import { assemble } from "../../wasm/assembler.ts";
import { malformed } from "../../wasm/malformed.ts";
import { Reader } from "../../wasm/reader.ts";
import { SectionId } from "../../wasm/section.ts";
import { Writer } from "../../wasm/writer.ts";
import { CompiledWalk } from "../compiled/compiled_walk.ts";
import { roomAroundCode } from "./room_around_code.ts";
import { BulkCalls } from "../rewrite/bulk_calls.ts";
import { FunctionRewriter } from "../rewrite/function_rewriter.ts";
import { guardText } from "../rewrite/guard.ts";
import type { InstanceChanges } from "../read/operator_walk.ts";
import type { ParsedModule } from "../read/parsed_module.ts";
import { InjectedFunctions, writeInjectedBody } from "../rewrite/injected.ts";
import { walkState } from "../rewrite/walk_state.ts";
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

/** From how much code on it is worth it to start the compiled walk. */
const COMPILED_FROM_BYTES = 8 * 1024;

/** How code is rewritten; what becomes of it does not depend on that. */
export interface CodeOptions {
  readonly onProgress?: Progress | undefined;
  /** From how much code on the compiled walk is used. */
  readonly compiledFromBytes?: number;
}

/** Who walks over bodies. */
interface Walks {
  readonly rewriter: FunctionRewriter;
  /** It does so first, where it is there. */
  readonly compiled: CompiledWalk | undefined;
}

/** Rewrites every function body and adds those of the injected functions. */
export function rewriteCode(
  guest: ParsedModule,
  limitBytes: number,
  fuelGlobal: number | undefined,
  { onProgress, compiledFromBytes = COMPILED_FROM_BYTES }: CodeOptions = {},
): RewrittenCode {
  const { before, after } = roomAroundCode(guest);
  const bodies = new Writer(codeSize(guest) * 1.25 + after, before);
  const injected = new InjectedFunctions(guest.functions.length);
  const bulk = new BulkCalls(guest, injected, limitBytes, fuelGlobal);
  const guard = assemble(guardText(guest.memories.length));
  const isLarge = codeSize(guest) >= compiledFromBytes;
  const compiled = isLarge && fuelGlobal === undefined
    ? new CompiledWalk(guest, guard, injected)
    : undefined;
  const rewriter = new FunctionRewriter(guest, bodies, {
    guard,
    bulk,
    stopMemory: guest.memories.length,
    fuelGlobal,
    state: compiled?.state ?? walkState(guest.functions.length),
  });
  const walks = { rewriter, compiled };
  const defined = rewriteBodies(guest, walks, bodies, onProgress);
  for (const one of injected.all) writeInjectedBody(bodies, one);
  const count = defined + injected.all.length;
  return {
    count,
    bodies,
    injected,
    operatorFeatures: rewriter.features | (compiled?.features ?? 0),
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
  { rewriter, compiled }: Walks,
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
  for (let done = 0; done < count;) {
    if (reader.pos >= next) {
      onProgress?.(reader.pos);
      next = reader.pos + PROGRESS_BYTES;
    }
    const first = guest.importedFunctions + done;
    const walked = compiled
      ?.walk(reader.pos, section.end, first, count - done, bodies);
    if (walked) {
      reader.pos = walked.end;
      done += walked.bodies;
    }
    if (walked?.isLeft ?? true) {
      const size = reader.u32("size of a function body");
      const start = reader.pos;
      reader.skip(size, "function body");
      const index = guest.importedFunctions + done++;
      rewriter.rewrite(index, start, start + size);
    }
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
