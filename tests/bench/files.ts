/** How fast a guest reads, writes and copies a large file. */

import { GrantedFolder, GUEST_FOLDER } from "./granted_folder.ts";
import { interleaved, type Measurement, median } from "./measurement.ts";

const MIB = 2 ** 20;
const FILE_BYTES = 64 * MIB;
/** What the programs use as well. */
const BLOCK_BYTES = 65_536;
const ROUNDS = 15;

type Way = () => Promise<unknown>;

/** Whole runs of warm modules against Deno's own loops of the same calls. */
export async function files(): Promise<readonly Measurement[]> {
  await using work = new GrantedFolder(FILE_BYTES);
  // The reading program takes files whose names are numbers.
  const [from, to] = [work.path("0"), work.path("to")];
  await Deno.writeFile(from, new Uint8Array(FILE_BYTES).fill(0x61));
  const all = `${FILE_BYTES} bytes`;
  const read = await work.program("wasi/small_files", all);
  // Writes until the sandbox says that it is enough.
  const write = await work.program("wasi/limits", all);
  const copy = await work.program("wasi/copy", all);
  const guestFrom = `${GUEST_FOLDER}/0`;
  const guestTo = `${GUEST_FOLDER}/to`;
  return [
    await compare("read", () => read(GUEST_FOLDER, "1"), () => readAll(from)),
    await compare("write", () => write("fill", guestTo), () => writeAll(to)),
    await compare(
      "copy (read and write)",
      () => copy(guestFrom, guestTo, String(BLOCK_BYTES)),
      () => copyAll(from, to),
    ),
  ];
}

async function compare(
  what: string,
  guest: Way,
  host: () => void,
): Promise<Measurement> {
  const ways = [guest, () => Promise.resolve(host())];
  await interleaved(3, 1, ...ways);
  const [ours, own] = (await interleaved(ROUNDS, 1, ...ways)).map(median);
  const rate = (ms: number) => Math.round(FILE_BYTES / MIB / ms * 1000);
  return {
    what: `${what} of a 64 MiB file, guest against Deno's own loop`,
    value: own! / ours!,
    unit: "x",
    aim: { atLeast: 0.7 },
    note: `${rate(ours!)} against ${rate(own!)} MiB/s, blocks of 64 KiB, ` +
      "cached by the system; the start of the instance included",
  };
}

function readAll(path: string): void {
  using file = Deno.openSync(path);
  const block = new Uint8Array(BLOCK_BYTES);
  while (file.readSync(block)) continue;
}

function writeAll(path: string): void {
  using file = openNew(path);
  const block = new Uint8Array(BLOCK_BYTES);
  for (let done = 0; done < FILE_BYTES; done += block.length) {
    writeBlock(file, block);
  }
}

function copyAll(from: string, to: string): void {
  using source = Deno.openSync(from);
  using target = openNew(to);
  const block = new Uint8Array(BLOCK_BYTES);
  for (let got; (got = source.readSync(block));) {
    writeBlock(target, block.subarray(0, got));
  }
}

function openNew(path: string): Deno.FsFile {
  return Deno.openSync(path, { write: true, create: true, truncate: true });
}

function writeBlock(file: Deno.FsFile, block: Uint8Array): void {
  for (let done = 0; done < block.length;) {
    done += file.writeSync(block.subarray(done));
  }
}
