/** The package as it is published, in a folder that is removed again. */

import { fromFileUrl, join } from "@std/path";
import denoJson from "../../deno.json" with { type: "json" };
import { makePackage } from "../../.ci/package/main.ts";

/** Deno counts links below a package as part of it; these lead outside. */
const LINKS = denoJson.links.map((path) =>
  fromFileUrl(new URL(`../../${path}`, import.meta.url))
);

/** A folder with nothing but what `deno publish` is run on. */
export class MadePackage implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<MadePackage> {
    const made = new MadePackage(await Deno.realPath(await Deno.makeTempDir()));
    await makePackage(made.folder, LINKS);
    return made;
  }

  /** The runner that people run. */
  get runner(): string {
    return join(this.folder, "built", "tool-runner.js");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
