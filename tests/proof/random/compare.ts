import { bitsFunction, halves, isPlain } from "../suite/bits.ts";
import { outcome, text } from "../suite/outcome.ts";
import { type Running, Way, type WayName } from "../suite/way.ts";

/** What three ways of running one module came to. */
export interface Comparison {
  /** What the module does, or why it is refused. */
  readonly outcome: string;
  /** How the ways differ, if they do. */
  readonly difference?: string;
}

const PREPARED: readonly WayName[] = ["guarded", "fuelled"];

/** Calls all that a module exports in three ways, and compares. */
export function compareWays(bytes: Uint8Array<ArrayBuffer>): Comparison {
  const bare = runAll("bare", bytes);
  for (const way of PREPARED) {
    const other = runAll(way, bytes);
    if (/^CompilationFailed/.test(other)) return { outcome: other };
    if (/^MemoryLimitExceeded/.test(other)) return { outcome: other };
    if (other !== bare) {
      return {
        outcome: bare,
        difference: `${way}: ${other} but bare: ${bare}`,
      };
    }
  }
  return { outcome: bare };
}

function runAll(name: WayName, bytes: Uint8Array<ArrayBuffer>): string {
  return outcome(() => {
    const running = new Way(name).instantiate(bytes);
    return observations(running).join("\n");
  });
}

function observations(running: Running): string[] {
  // Preparation adds exports, but behind the guest's own and named so.
  const names = Object.keys(running.exports)
    .filter((name) => !name.startsWith("cortexai:sandbox"));
  const calls = names.map((name) => `${name} ${observe(running, name)}`);
  const after = names.map((name) => `${name} ${state(running.exports[name]!)}`);
  return [...calls, ...after];
}

function observe(running: Running, name: string): string {
  const found = running.exports[name]!;
  if (typeof found !== "function") return state(found);
  const type = running.types.get(name);
  if (!type) return "a function";
  return outcome(() => {
    if (isPlain(type)) {
      const values = type.params.flatMap((code, i) =>
        Array.from({ length: halves(code) }, () => BigInt(i * 77 + 3))
      );
      return text(bitsFunction(found, type)(...values));
    }
    const values = type.params.map((code) =>
      code === 0x7e ? 3n : code >= 0x7b ? 3 : null
    );
    return text((found as (...args: unknown[]) => unknown)(...values));
  });
}

function state(found: WebAssembly.ExportValue): string {
  if (found instanceof WebAssembly.Memory) {
    return hash(found.buffer as ArrayBuffer);
  }
  if (found instanceof WebAssembly.Global) {
    return outcome(() => text(found.value));
  }
  if (found instanceof WebAssembly.Table) return `${found.length} entries`;
  return "";
}

/** FNV-1a over the words, enough to see a difference. */
function hash(buffer: ArrayBuffer): string {
  let value = 0x811c9dc5;
  for (const word of new Int32Array(buffer)) {
    value = Math.imul(value ^ word, 0x01000193);
  }
  return `${buffer.byteLength} bytes ${(value >>> 0).toString(16)}`;
}
