/** A folder with an overlay over it, and programs that change it. */

import { assert, assertEquals } from "@std/assert";
import {
  type AllowedPathOptions,
  type Change,
  type RunResult,
  ToolSandbox,
} from "../../mod.ts";
import { CREATE_OR_CUT, FileProgram, FOLDER } from "../hostile/file_program.ts";

/** A folder of the host, and a sandbox that grants it with an overlay. */
export class OverlayGround implements AsyncDisposable {
  readonly host: string = Deno.realPathSync(Deno.makeTempDirSync());
  readonly sandbox: ToolSandbox;

  constructor(
    files: Readonly<Record<string, string>>,
    overlay: AllowedPathOptions["overlay"] = true,
  ) {
    for (const [name, text] of Object.entries(files)) {
      const path = `${this.host}/${name}`;
      Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      Deno.writeTextFileSync(path, text);
    }
    this.sandbox = new ToolSandbox({
      maxWorkers: 1,
      allowedPaths: { "/work": { host: this.host, overlay: overlay ?? true } },
    });
  }

  /** Runs a program, which must do all that it does without an error. */
  async run(
    write: (program: FileProgram) => FileProgram,
    options: Parameters<ToolSandbox["run"]>[1] = {},
  ): Promise<RunResult> {
    const program = write(new FileProgram());
    const module = await this.sandbox.loadModule(program.build());
    const result = await this.sandbox.run(module, options);
    if (!result.ok) throw result.error;
    assertEquals(result.exitCode, 0);
    assertEquals(this.sandbox.lostWorkers, 0);
    return result;
  }

  /** The files in the folder with their texts, and links with what they say. */
  files(): Record<string, string> {
    const files: Record<string, string> = {};
    const look = (directory: string) => {
      for (
        const { name, isDirectory, isSymlink } of Deno.readDirSync(
          `${this.host}/${directory}`,
        )
      ) {
        const place = directory === "" ? name : `${directory}/${name}`;
        const path = `${this.host}/${place}`;
        if (isDirectory) look(place);
        else {
          files[place] = isSymlink
            ? `-> ${Deno.readLinkSync(path)}`
            : Deno.readTextFileSync(path);
        }
      }
    };
    look("");
    return Object.fromEntries(Object.entries(files).sort());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox.close();
    Deno.removeSync(this.host, { recursive: true });
  }
}

/** Adds the writing of a file. */
export function writes(
  program: FileProgram,
  name: string,
  text: string,
): FileProgram {
  return program.open(program.text(name), CREATE_OR_CUT).fill(text)
    .write(new TextEncoder().encode(text).length).close();
}

/** Adds a renaming. */
export function renames(
  program: FileProgram,
  from: string,
  to: string,
): FileProgram {
  const [source, target] = [program.text(from), program.text(to)];
  return program.call("path_rename", FOLDER, ...source, FOLDER, ...target);
}

/** Adds the removal of a file. */
export function removes(program: FileProgram, name: string): FileProgram {
  return program.call("path_unlink_file", FOLDER, ...program.text(name));
}

/** The only change of a path. */
export function changeOf(result: RunResult, path: string): Change {
  const found = result.changes.list.filter((change) => change.path === path);
  assert(found.length === 1, `${found.length} changes of ${path}`);
  return found[0]!;
}
