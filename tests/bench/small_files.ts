/** What a guest pays for each of many small files. */

import { GrantedFolder, GUEST_FOLDER } from "./granted_folder.ts";
import { interleaved, type Measurement, median } from "./measurement.ts";

const FILES = 10_000;
const FILE_BYTES = 100;
/** What the program reads at most at once. */
const BLOCK_BYTES = 65_536;
const ROUNDS = 11;

/** A whole run of a warm module against Deno's own calls, in turns. */
export async function smallFiles(): Promise<readonly Measurement[]> {
  await using work = new GrantedFolder();
  const paths = Array.from({ length: FILES }, (_, i) => work.path(String(i)));
  for (const path of paths) {
    Deno.writeFileSync(path, new Uint8Array(FILE_BYTES));
  }
  const total = `${FILES * FILE_BYTES} bytes of ${FILES * FILE_BYTES}`;
  const program = await work.program("wasi/small_files", total);
  const ways = [
    () => program(GUEST_FOLDER, String(FILES)),
    () => Promise.resolve(visit(paths)),
  ];
  await interleaved(2, 1, ...ways);
  const [ours, own] = (await interleaved(ROUNDS, 1, ...ways)).map(median);
  const each = (ms: number) => (ms / FILES * 1000).toFixed(1);
  return [{
    what: `stat, open, read, close of ${FILES} files, guest against Deno`,
    value: ours! / own!,
    unit: "x",
    aim: { atMost: 2 },
    note: `${each(ours!)} against ${each(own!)} us a file of ${FILE_BYTES} ` +
      "bytes; the start of the instance included",
  }];
}

function visit(paths: readonly string[]): void {
  const block = new Uint8Array(BLOCK_BYTES);
  for (const path of paths) {
    Deno.statSync(path);
    using file = Deno.openSync(path);
    file.readSync(block);
  }
}
