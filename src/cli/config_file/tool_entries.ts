/** The tools that a command line asks for: operands, and those of a file. */

import { join } from "@std/path/join";
import type { SandboxConfig } from "../../../mod.ts";
import { quote } from "../../quote.ts";
import type { Terminal } from "../terminal.ts";
import { reading } from "../named_file.ts";
import { UsageError } from "../usage_error.ts";
import {
  type Environment,
  isRemote,
  parseSandboxFile,
  type SandboxFile,
  type ToolEntry,
} from "./sandbox_file.ts";

/** A tool to serve, whichever way it was asked for. */
export type AnyToolEntry =
  & Omit<ToolEntry, "options">
  & {
    readonly options: ToolEntry["options"] | SandboxConfig;
    /** The path of `schema` as a bundle's own sandbox.json has it. */
    readonly writtenSchema?: string;
  };

/** What a command line asks for. */
export interface Asked extends Omit<SandboxFile, "tools"> {
  readonly tools: readonly AnyToolEntry[];
}

/**
 * Finds out what is asked for. A folder stands for the modules in it.
 *
 * @param operands Paths and URLs, which get the limits and grants of the flags.
 * @param path The path of a sandbox.json.
 * @param environment Where the values of secrets are; without it, the tools of
 * the file are granted nothing.
 * @throws {UsageError} when a file or folder can't be read or used.
 */
export async function findTools(
  operands: readonly string[],
  config: SandboxConfig,
  path: string | undefined,
  terminal: Terminal,
  environment: Environment | undefined,
): Promise<Asked> {
  const file = path === undefined
    ? undefined
    : await readFile(path, terminal, environment);
  const named = operands.map((source): AnyToolEntry => ({
    where: "the command line",
    written: source,
    source,
    name: undefined,
    integrity: undefined,
    schema: undefined,
    terms: flagTerms(config),
    changes: undefined,
    options: config,
  }));
  const { cacheDirectory } = config;
  const listed = (file?.tools ?? []).map((entry): AnyToolEntry => ({
    ...entry,
    options: { ...entry.options, cacheDirectory },
  }));
  const entries = [...named, ...listed];
  const { name, version, description, instructions, code } = file ??
    {};
  const tools: AnyToolEntry[] = [];
  for (const entry of entries) tools.push(...await expand(entry, terminal));
  return { name, version, description, instructions, code, tools };
}

async function readFile(
  path: string,
  terminal: Terminal,
  environment: Environment | undefined,
): Promise<SandboxFile> {
  const bytes = await reading(path, () => terminal.readFile(path));
  const text = new TextDecoder("utf-8", { ignoreBOM: false }).decode(bytes);
  return await parseSandboxFile(path, text, environment);
}

/** The modules in a folder by their names; anything else is itself. */
async function expand(
  entry: AnyToolEntry,
  terminal: Terminal,
): Promise<AnyToolEntry[]> {
  const { source, where, written } = entry;
  if (isRemote(source)) return [entry];
  const names = await reading(
    `${quote(source)}, which ${where} names`,
    () => terminal.listFolder(source),
  );
  if (!names) return [entry];
  const modules = names.filter((name) => name.endsWith(".wasm")).sort();
  if (modules.length === 0) {
    throw new UsageError(
      `Cannot use ${where}: there is no .wasm file in folder ${
        quote(source)
      }; name a script by its file`,
    );
  }
  return modules.map((name) => ({
    ...entry,
    source: join(source, name),
    written: `${written.replace(/\/$/, "")}/${name}`,
  }));
}

/** What flags limit and grant, in the words of sandbox.json. */
function flagTerms(config: SandboxConfig): ToolEntry["terms"] {
  const { maxFuel, allowNetwork, allowedPaths, secrets } = config;
  const paths = allowedPaths.map(({ guest, host, write }) => [
    guest,
    write ? { host, write } : host,
  ]);
  return {
    limits: {
      maxMemoryBytes: config.maxMemoryBytes,
      maxExecutionTime: config.maxExecutionTime,
      ...maxFuel === undefined ? {} : { maxFuel: Number(maxFuel) },
    },
    grants: {
      ...paths.length === 0 ? {} : { allowedPaths: Object.fromEntries(paths) },
      ...allowNetwork === false
        ? {}
        : { allowNetwork: allowNetwork === true ? true : [...allowNetwork] },
      ...secrets.length === 0 ? {} : {
        secrets: Object.fromEntries(
          secrets.map(({ name, hosts }) => [name, { hosts: [...hosts] }]),
        ),
      },
    },
  };
}
