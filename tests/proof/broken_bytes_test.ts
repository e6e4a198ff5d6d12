import { assert } from "@std/assert";
import { SandboxError } from "../../src/errors.ts";
import { prepareModule } from "../../src/prepare/prepare.ts";

const FIXTURES = new URL("../../fixtures/", import.meta.url);
const FOLDERS = ["hostile/", "tools/"];
const COUNT = 10;
const LARGEST = 8_000;
/** Bytes tried at each place of a module; one bit is flipped in larger ones. */
const CHANGES = [0x00, 0x01, 0x7f, 0x80, 0xff];
const SMALL = 3_000;
const SLOWEST_MS = 500;

/** Ten small modules, the largest first. */
function someModules(): { name: string; bytes: Uint8Array<ArrayBuffer> }[] {
  const all = FOLDERS.flatMap((folder) =>
    [...Deno.readDirSync(new URL(folder, FIXTURES))]
      .filter(({ name }) => name.endsWith(".wasm"))
      .map(({ name }) => ({
        name,
        bytes: Deno.readFileSync(new URL(folder + name, FIXTURES)),
      }))
  );
  return all.filter(({ bytes }) => bytes.length <= LARGEST)
    .toSorted((a, b) => b.bytes.length - a.bytes.length).slice(0, COUNT);
}

/** Preparation succeeds with valid bytes, or says no in the right way. */
function attempt(bytes: Uint8Array<ArrayBuffer>, where: string): void {
  const start = performance.now();
  try {
    const options = { maxMemoryBytes: 1 << 24, fuel: true };
    const prepared = prepareModule(bytes, options);
    assert(WebAssembly.validate(bytes), `${where}: V8 refuses the original`);
    assert(WebAssembly.validate(prepared.bytes), `${where}: V8 refuses it`);
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    // What we call malformed, V8 must too: else we misread the format.
    const malformed = error.message.startsWith("Cannot read module");
    assert(!malformed || !WebAssembly.validate(bytes), `${where}: ${error}`);
  }
  const ms = performance.now() - start;
  assert(ms < SLOWEST_MS, `${where}: ${ms.toFixed(0)} ms`);
}

Deno.test("prepareModule refuses or prepares truncated modules", async (t) => {
  for (const { name, bytes } of someModules()) {
    await t.step(name, () => {
      for (let length = 0; length < bytes.length; length++) {
        attempt(bytes.slice(0, length), `${name} cut to ${length}`);
      }
    });
  }
});

Deno.test("prepareModule refuses or prepares changed modules", async (t) => {
  for (const { name, bytes } of someModules()) {
    await t.step(name, () => {
      for (let at = 0; at < bytes.length; at++) {
        const was = bytes[at]!;
        const flipped = was ^ (1 << (at % 8));
        const some = bytes.length <= SMALL ? [...CHANGES, was + 1] : [];
        for (const value of [flipped, ...some]) {
          bytes[at] = value;
          attempt(bytes, `${name} with ${value} at ${at}`);
        }
        bytes[at] = was;
      }
    });
  }
});
