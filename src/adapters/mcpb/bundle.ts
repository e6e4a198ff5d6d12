/**
 * An .mcpb bundle: a zip file that MCP clients install with one click. Its
 * manifest follows version 0.3 of https://github.com/modelcontextprotocol/mcpb.
 *
 * @module
 */

import { zipSync } from "fflate";

/** A tool as the manifest lists it. */
export interface BundledTool {
  /** The name under which it is served. */
  readonly name: string;
  /** What it does. */
  readonly description: string;
}

/** The contents of a bundle. */
export interface BundleContents {
  /** The name of the bundle. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** What it is for. */
  readonly description: string;
  /** Its author. */
  readonly author: string;
  /** The tools in it. */
  readonly tools: readonly BundledTool[];
  /**
   * The command that starts its server; `${__dirname}` is the folder where it
   * was unpacked.
   */
  readonly command: {
    /** The program. */
    readonly command: string;
    /** Its arguments. */
    readonly args: readonly string[];
    /** Its environment. */
    readonly env: Readonly<Record<string, string>>;
  };
  /** The variables that the user sets when installing the bundle. */
  readonly secrets: readonly string[];
  /** The entry point of the server, one of `files`. */
  readonly entryPoint: string;
  /** The files in it, by path. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

const MANIFEST_VERSION = "0.3";
/** A fixed date for reproducible bytes: the earliest that zip supports. */
const SOME_DAY = "1980-01-01T00:00:00";

/** Builds the bytes of a bundle; the same contents give the same bytes. */
export function packBundle(contents: BundleContents): Uint8Array {
  const manifest = JSON.stringify(bundleManifest(contents), null, 2);
  const files = {
    "manifest.json": new TextEncoder().encode(`${manifest}\n`),
    ...contents.files,
  };
  const sorted = Object.entries(files)
    .sort(([one], [other]) => one < other ? -1 : 1);
  return zipSync(Object.fromEntries(sorted), { mtime: SOME_DAY, level: 9 });
}

function bundleManifest(contents: BundleContents): object {
  const { name, version, description, author, tools, command } = contents;
  const { entryPoint, secrets } = contents;
  return {
    manifest_version: MANIFEST_VERSION,
    name,
    version,
    description,
    author: { name: author },
    server: {
      type: "binary",
      entry_point: entryPoint,
      mcp_config: {
        command: command.command,
        args: command.args,
        env: {
          ...command.env,
          ...Object.fromEntries(
            secrets.map((name) => [name, `\${user_config.${name}}`]),
          ),
        },
      },
    },
    tools: tools.map(({ name, description }) => ({ name, description })),
    ...secrets.length === 0 ? {} : {
      user_config: Object.fromEntries(
        secrets.map((name) => [name, {
          type: "string",
          title: name,
          description: `The secret that tools use as variable ${name}`,
          sensitive: true,
          required: true,
        }]),
      ),
    },
  };
}
