/** What an overlay over a host folder costs. */

import { type AllowedPathOptions, ToolSandbox } from "../../mod.ts";
import { CREATE_NEW, FileProgram, FOLDER } from "../hostile/file_program.ts";
import { fixture } from "./fixture.ts";
import { interleaved, type Measurement, median } from "./measurement.ts";

const FILES = 10_000;
const FILE_BYTES = 100;
const READ_ROUNDS = 5;
const CREATE_ROUNDS = 3;

/** Reads and creations through an overlay against the folder itself. */
export async function overlay(): Promise<readonly Measurement[]> {
  return [await reads(), await creations()];
}

async function reads(): Promise<Measurement> {
  const host = Deno.makeTempDirSync();
  try {
    for (let i = 0; i < FILES; i++) {
      Deno.writeFileSync(`${host}/${i}`, new Uint8Array(FILE_BYTES));
    }
    await using plain = sandboxOver(host, {});
    await using layered = sandboxOver(host, { overlay: true });
    const [plainWay, layeredWay] = await Promise.all(
      [plain, layered].map(async (sandbox) => {
        const module = await sandbox.loadModule(fixture("wasi/small_files"));
        return async () => {
          const args = ["/work", String(FILES)];
          const { stdout } = await sandbox.run(module, { args });
          if (!stdout.startsWith(`${FILES * FILE_BYTES} bytes`)) {
            throw new Error(`small_files printed ${stdout}`);
          }
        };
      }),
    );
    await interleaved(1, 1, plainWay!, layeredWay!);
    const [own, ours] =
      (await interleaved(READ_ROUNDS, 1, plainWay!, layeredWay!)).map(median);
    return {
      what: `stat, open, read, close of ${FILES} files through an overlay`,
      value: ours! / own!,
      unit: "x",
      aim: { atMost: 1.1 },
      note: `${ours!.toFixed(0)} ms, ${
        own!.toFixed(0)
      } ms on the folder itself`,
    };
  } finally {
    Deno.removeSync(host, { recursive: true });
  }
}

async function creations(): Promise<Measurement> {
  const direct: number[] = [];
  const layered: number[] = [];
  for (let round = 0; round < CREATE_ROUNDS; round++) {
    direct.push(await create({ write: true }));
    layered.push(await create({ overlay: true }));
  }
  const [own, ours] = [median(direct), median(layered)];
  return {
    what: `${FILES} files created in an overlay and committed`,
    value: ours / own,
    unit: "x",
    aim: { atMost: 1.5 },
    note: `${ours.toFixed(0)} ms, ${own.toFixed(0)} ms on the folder itself`,
  };
}

/** Milliseconds for all files, in 10 folders, until they are on the host. */
async function create(grant: AllowedPathOptions): Promise<number> {
  const host = Deno.makeTempDirSync();
  try {
    await using sandbox = sandboxOver(host, grant);
    const program = new FileProgram();
    const folder = program.text("made");
    program.call("path_create_directory", FOLDER, ...folder);
    program.loop(FILES, () => {
      program.open(program.numbered, CREATE_NEW).write(FILE_BYTES).close();
    });
    const module = await sandbox.loadModule(program.build());
    const warm = await sandbox.loadModule(fixture("wasi/exit"));
    await sandbox.run(warm);
    const start = performance.now();
    const result = await sandbox.run(module);
    if (!result.ok || result.exitCode !== 0) {
      throw new Error(`Creating failed: ${JSON.stringify(result)}`);
    }
    if (grant.overlay) {
      const { ok, conflicts } = await result.changes.commit();
      if (!ok) throw new Error(JSON.stringify(conflicts));
    }
    const took = performance.now() - start;
    const made = [...Deno.readDirSync(host)].length;
    if (made !== FILES + 1) throw new Error(`${made} entries were made`);
    return took;
  } finally {
    Deno.removeSync(host, { recursive: true });
  }
}

function sandboxOver(host: string, grant: AllowedPathOptions): ToolSandbox {
  return new ToolSandbox({
    maxWorkers: 1,
    maxExecutionTime: 120_000,
    allowedPaths: { "/work": { host, ...grant } },
  });
}
