import { assert, assertEquals } from "@std/assert";
import { runGuest } from "../../prepare/guest_run.ts";
import { recordedHost, replayTool } from "./tool_replay.ts";
import recorded from "./recorded.json" with { type: "json" };

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
    const started = (counter.value as bigint) + BUDGET +
      BigInt(guest.info.startFuel);
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

const FIXTURES = new URL("../../../fixtures/", import.meta.url);

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}

/** A fixture's bytes, undefined when it has changed since the recording. */
async function recordedFixture(
  one: { readonly file: string; readonly sha256: string },
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = await Deno.readFile(new URL(one.file, FIXTURES));
  return await sha256(bytes) === one.sha256 ? bytes : undefined;
}

Deno.test("tools of four toolchains spend what they do in wasmtime", async (t) => {
  for (const tool of recorded.tools) {
    await t.step(tool.file, async () => {
      const bytes = await recordedFixture(tool);
      assert(bytes, `${tool.file} has changed: record it anew`);
      const host = recordedHost(() => guest.memories[0]!);
      const guest = runGuest(bytes, host, { fuel: true });
      const counter = guest
        .exports[guest.info.fuelExport!] as unknown as WebAssembly.Global;
      counter.value = -(10n ** 12n);
      const { started, spent, answers } = replayTool(guest, tool.inputs);
      assertEquals(started, BigInt(tool.start), "start");
      const text = new TextEncoder().encode(answers.join("\n"));
      assertEquals(await sha256(text), tool.answers, "answers");
      assertEquals(
        spent,
        tool.calls.map(({ call, fuel }) => [call, BigInt(fuel)]),
      );
    });
  }
});

Deno.test("kernels spend what they do in wasmtime", async (t) => {
  for (const kernel of recorded.kernels) {
    await t.step(kernel.file, async () => {
      const bytes = await recordedFixture(kernel);
      assert(bytes, `${kernel.file} has changed: record it anew`);
      const guest = runGuest(bytes, {}, { fuel: true });
      const counter = guest
        .exports[guest.info.fuelExport!] as unknown as WebAssembly.Global;
      counter.value = -BUDGET;
      const result = guest.exports.run!(kernel.iterations);
      assertEquals(String(result), kernel.result);
      assertEquals((counter.value as bigint) + BUDGET, BigInt(kernel.fuel));
    });
  }
});
