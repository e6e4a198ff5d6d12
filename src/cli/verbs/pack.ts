/** The verb `pack`. */

import { basename } from "@std/path/basename";
import { dirname } from "@std/path/dirname";
import { join } from "@std/path/join";
import { SandboxedTool } from "../../../mod.ts";
import type { AnyToolEntry, Asked } from "../config_file/tool_entries.ts";
import { isRemote } from "../config_file/sandbox_file.ts";
import { type Labels, lockText } from "../lock/lock_file.ts";
import { writing } from "../named_file.ts";
import type { Outcome } from "../outcome.ts";
import { quote } from "../../quote.ts";
import { isScriptName, scriptStem } from "../script_name.ts";
import { fromSource } from "../source.ts";
import { UsageError } from "../usage_error.ts";
import { VERSION } from "../version.ts";
import { labelTools } from "./lock.ts";
import { findAsked } from "../asked_tools.ts";
import type { VerbInput } from "./verb_input.ts";

/** The folder of the server in a bundle. */
const FOLDER = "server";
const RUNNER = `jsr:@cortexai/sandbox@${VERSION}/tool-runner`;
const ENCODER = new TextEncoder();

/** Builds an .mcpb bundle of tools: their files, limits, grants and lock. */
export async function pack(input: VerbInput): Promise<Outcome> {
  const { packBundle } = await import("../../adapters/mcpb/bundle.ts");
  const asked = await findAsked(input);
  const files = new Map<string, Uint8Array>();
  const entries: AnyToolEntry[] = [];
  for (const entry of asked.tools) {
    entries.push(await packTool(entry, files, input));
  }
  const labels = await labelTools(entries, input);
  files.set("sandbox.json", configuration(asked, entries));
  files.set("tools.lock", ENCODER.encode(lockText(labels)));
  const name = asked.name ?? "sandboxed-tools";
  const secrets = secretVariables(entries);
  const bytes = packBundle({
    name,
    version: asked.version ?? "0.1.0",
    description: asked.description ?? `Sandboxed tools: ${name}`,
    author: name,
    tools: listed(labels),
    command: command(entries, secrets),
    secrets,
    entryPoint: `${FOLDER}/sandbox.json`,
    files: Object.fromEntries(
      [...files].map(([path, bytes]) => [`${FOLDER}/${path}`, bytes]),
    ),
  });
  const path = input.flags.get("output")?.[0] ?? `${name}.mcpb`;
  await writing(path, () => input.terminal.writeFile(path, bytes));
  return {
    ok: true,
    value: { path, sizeBytes: bytes.length, tools: [...labels.keys()] },
    text: `Packed ${[...labels.keys()].join(", ")} in ${path}\n`,
  };
}

/** Adds a tool's files to the bundle; downloaded tools stay URLs. */
async function packTool(
  entry: AnyToolEntry,
  files: Map<string, Uint8Array>,
  { terminal }: VerbInput,
): Promise<AnyToolEntry> {
  const { source, schema, where, terms } = entry;
  if (terms.grants.allowedPaths !== undefined) {
    throw new UsageError(
      `Cannot pack ${where}: its allowedPaths are folders of this machine`,
    );
  }
  const add = async (
    path: string,
    place = basename(path),
  ): Promise<string> => {
    const name = `tools/${place}`;
    if (files.has(name)) {
      throw new UsageError(
        `Cannot pack ${
          quote(path)
        }: a file of that name is in the bundle already`,
      );
    }
    const bytes = await fromSource(path, () => terminal.readFile(path));
    files.set(name, bytes);
    return name;
  };
  if (isRemote(source)) return entry;
  if (isScriptName(source)) {
    return { ...entry, written: await packScript(entry, add) };
  }
  const written = await add(source);
  const beside = source.replace(/\.wasm$/, ".schema.json");
  if (schema !== undefined) {
    return { ...entry, written, writtenSchema: await add(schema) };
  }
  const hasBeside = await terminal.readFile(beside).then(
    () => true,
    () => false,
  );
  if (hasBeside) await add(beside);
  return { ...entry, written };
}

/** Adds a script and its imports in its own folder. */
async function packScript(
  { source }: AnyToolEntry,
  add: (path: string, place: string) => Promise<string>,
): Promise<string> {
  await using tool = await fromSource(
    source,
    () => SandboxedTool.load(source, { maxWorkers: 1 }),
  );
  const entry = basename(source);
  const folder = scriptStem(entry);
  for (const path of Object.keys(tool.files ?? {})) {
    await add(join(dirname(source), path), `${folder}/${path}`);
  }
  return `tools/${folder}/${entry}`;
}

/** The sandbox.json of the bundle. */
function configuration(
  { name, version, instructions, code }: Asked,
  entries: readonly AnyToolEntry[],
): Uint8Array {
  const tools = entries.map((entry) => ({
    source: entry.written,
    name: entry.name,
    integrity: entry.integrity,
    schema: entry.writtenSchema,
    ...entry.terms,
  }));
  const file = {
    name,
    version,
    instructions,
    ...code && { code },
    tools,
  };
  const json = JSON.stringify(file, null, 2);
  return ENCODER.encode(`${json}\n`);
}

/** The Deno command, with only the permissions that the tools need. */
function command(
  entries: readonly AnyToolEntry[],
  secrets: readonly string[],
) {
  const hosts = entries.flatMap(({ terms, source }) => {
    const { allowNetwork = false } = terms.grants;
    const own = isRemote(source) ? [new URL(source).host] : [];
    if (allowNetwork === true) return [true as const];
    return [...own, ...Array.isArray(allowNetwork) ? allowNetwork : []];
  });
  const net = hosts.includes(true)
    ? ["--allow-net"]
    : hosts.length === 0
    ? []
    : [`--allow-net=${[...new Set(hosts)].join(",")}`];
  const env = secrets.length === 0 ? [] : [`--allow-env=${secrets.join(",")}`];
  return {
    command: "deno",
    args: [
      "run",
      "--no-prompt",
      "--unstable-worker-options",
      "--allow-read=${__dirname}",
      ...net,
      ...env,
      RUNNER,
      "serve",
      "--config",
      `\${__dirname}/${FOLDER}/sandbox.json`,
    ],
    env: {},
  };
}

/** The environment variables with the values of secrets. */
function secretVariables(entries: readonly AnyToolEntry[]): string[] {
  const variables = entries.flatMap(({ terms: { grants: { secrets } } }) =>
    Object.values(secrets ?? {}).map((secret) =>
      String((secret as { env?: unknown }).env)
    )
  );
  return [...new Set(variables)].sort();
}

function listed(labels: Labels): { name: string; description: string }[] {
  return [...labels].map(([name, { description }]) => ({
    name,
    description: String(description),
  }));
}
