// deno-lint-ignore-file no-console
/**
 * Compares random modules, made by `wasm-tools smith` from numbered seeds, as
 * they are with how they run prepared.
 *
 *     deno run --allow-run=wasm-tools --allow-write \
 *       tests/proof/random/run.ts 20000 [recorded.json]
 *
 * With a second argument, records the small ones for the ordinary test.
 */
import { SandboxError } from "../../../src/errors.ts";
import { prepareModule } from "../../../src/prepare/prepare.ts";
import { compareWays } from "./compare.ts";

const RECORDED_MODULES = 300;
const RECORDED_BYTES = 500;
/** Preparing a module of some kilobytes takes about a millisecond. */
const SLOWEST_MS = 250;

const COMMON = [
  "--ensure-termination",
  "--export-everything=true",
  "--max-imports=0",
  "--max-memory32-bytes=1048576",
  "--max-memory64-bytes=1048576",
  "--max-table-elements=1000",
  "--max-memories=3",
  "--max-tables=3",
  "--memory64-enabled=true",
  "--tail-call-enabled=true",
  "--relaxed-simd-enabled=true",
  "--extended-const-enabled=true",
  "--canonicalize-nans=true",
];

/**
 * Every second seed may use exceptions, every seventh may be invalid, every
 * tenth uses what is refused.
 */
function flags(seed: number): string[] {
  const refused = seed % 10 === 0;
  return [
    ...COMMON,
    `--exceptions-enabled=${seed % 2 === 1}`,
    `--allow-invalid-funcs=${seed % 7 === 0}`,
    `--gc-enabled=${refused}`,
    `--threads-enabled=${refused}`,
  ];
}

/** The bytes that a seed stands for. */
function seedBytes(seed: number): Uint8Array<ArrayBuffer> {
  const length = 100 + (seed * 7919) % 1900;
  const bytes = new Uint8Array(length);
  let state = (seed + 1) * 2654435761 >>> 0;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state & 0xff;
  }
  return bytes;
}

async function smith(seed: number): Promise<Uint8Array<ArrayBuffer>> {
  const command = new Deno.Command("wasm-tools", {
    args: ["smith", ...flags(seed)],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = command.stdin.getWriter();
  await writer.write(seedBytes(seed));
  await writer.close();
  const { stdout } = await command.output();
  return stdout;
}

interface Recorded {
  readonly seed: number;
  readonly wasm: string;
  readonly outcome: string;
}

async function main(count: number, file: string | undefined): Promise<number> {
  const recorded: Recorded[] = [];
  const refused = new Map<string, number>();
  let failures = 0;
  for (let seed = 0; seed < count; seed += 2) {
    const made = await Promise.all([smith(seed), smith(seed + 1)]);
    made.forEach((bytes, i) => {
      if (!check(seed + i, bytes, recorded, refused)) failures++;
    });
  }
  if (file !== undefined) {
    Deno.writeTextFileSync(file, JSON.stringify(recorded, null, 1) + "\n");
  }
  for (const [reason, times] of refused) console.log(`${times} ${reason}`);
  console.log(`${count} seeds, ${failures} failures`);
  return failures;
}

function preparationMs(bytes: Uint8Array): number {
  const start = performance.now();
  try {
    prepareModule(bytes, { maxMemoryBytes: 2 ** 34, fuel: true });
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
  }
  return performance.now() - start;
}

/** False when the module ran otherwise, or was refused in a wrong way. */
function check(
  seed: number,
  bytes: Uint8Array<ArrayBuffer>,
  recorded: Recorded[],
  refused: Map<string, number>,
): boolean {
  const ms = preparationMs(bytes);
  let problem: string | undefined;
  try {
    const { outcome, difference } = compareWays(bytes);
    problem = difference;
    const reason = /^\w+: (Cannot \w+ module: [^(\d]*)/.exec(outcome)?.[1];
    const key = reason ?? "ran, or trapped at its start";
    refused.set(key, (refused.get(key) ?? 0) + 1);
    const small = bytes.length > 60 && bytes.length <= RECORDED_BYTES;
    if (small && recorded.length < RECORDED_MODULES) {
      recorded.push({ seed, wasm: bytes.toBase64(), outcome });
    }
  } catch (error) {
    problem = String(error);
  }
  if (ms > SLOWEST_MS) problem ??= `took ${ms.toFixed(0)} ms`;
  if (problem !== undefined) console.log(`seed ${seed}: ${problem}`);
  return problem === undefined;
}

if (import.meta.main) {
  const [count, file] = Deno.args;
  if (await main(Number(count), file) > 0) Deno.exit(1);
}
