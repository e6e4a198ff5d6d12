import { assert, assertEquals } from "@std/assert";
import { runGuest } from "../../prepare/guest_run.ts";
import recorded from "./recorded.json" with { type: "json" };

/** What wasmtime charges for the code it makes up to call a start function. */
const OWN_START = 2n;

interface Call {
  readonly call: string;
  readonly arguments: readonly string[];
  readonly result?: string | null;
  readonly trap?: string;
  readonly fuel: number;
}

interface Program {
  readonly name: string;
  readonly wasm: string;
  readonly start: number;
  readonly calls: readonly Call[];
}

const BUDGET = 1_000_000_000n;

function bytesOf(program: Program): Uint8Array {
  return Uint8Array.from(atob(program.wasm), (char) => char.charCodeAt(0));
}

/** An argument as JavaScript passes it: integers beyond f64 as bigint. */
function argument(kind: string, text: string): number | bigint {
  return kind === "i64" ? BigInt(text) : Number(text);
}

/** A result as the recording writes it. */
function plain(kind: string | undefined, value: unknown): string | null {
  if (value === undefined) return null;
  const text = String(value);
  const isFloat = kind === "f64" || kind === "f32";
  return isFloat && Number.isInteger(value) ? `${text}.0` : text;
}

function check(program: Program): void {
  const guest = runGuest(bytesOf(program), {}, { fuel: true });
  const counter = guest
    .exports[guest.info.fuelExport!] as unknown as WebAssembly.Global;
  counter.value = -BUDGET;
  const { startExport } = guest.info;
  if (startExport !== undefined) {
    guest.exports[startExport]!();
    const started = (counter.value as bigint) + BUDGET + OWN_START;
    assertEquals(started, BigInt(program.start), `${program.name}: start`);
  }
  for (const one of program.calls) {
    const before = counter.value as bigint;
    const { signature } = guest.info.exports.find((it) =>
      it.name === one.call
    )!;
    const values = one.arguments.map((text, i) =>
      argument(signature!.params[i]!, text)
    );
    const where = `${program.name}: ${one.call}(${one.arguments})`;
    try {
      const value = guest.exports[one.call]!(...values);
      assert(one.trap === undefined, `${where} did not trap`);
      assertEquals(plain(signature!.results[0], value), one.result, where);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      assert(one.trap !== undefined, `${where} trapped: ${error.message}`);
      continue;
    }
    const fuel = (counter.value as bigint) - before;
    assertEquals(fuel, BigInt(one.fuel), `${where}: fuel`);
  }
}

Deno.test(`fuel equals that of ${recorded.engine} to the unit`, async (t) => {
  for (const program of recorded.programs as unknown as Program[]) {
    await t.step(program.name, () => check(program));
  }
});
