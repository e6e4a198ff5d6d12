/**
 * Formats a module's inspection for people. Every name in it is chosen by the
 * module, so it may be anything, of any length and number.
 */

import {
  type ImportFamily,
  type InspectedItem,
  type InspectedMemory,
  type ModuleInspection,
  type ModuleNeeds,
  SandboxConfig,
  type ToolSchema,
} from "../../mod.ts";
import { printable } from "./printable.ts";

/** Longer lists are truncated; `--json` prints everything. */
const MOST_ITEMS = 100;
const MOST_CHARACTERS = 100;
const MEBIBYTE = 2 ** 20;

/** The full text, with a trailing newline. */
export function inspectionText(
  source: string,
  inspection: ModuleInspection,
  schema?: ToolSchema,
): string {
  const { sha256, sizeBytes, roles, imports, exports } = inspection;
  const blocks = [
    [
      printable(source),
      `sha-256   ${sha256}`,
      `size      ${sizeBytes} bytes`,
      `kind      ${roles.join(", ") || "library"}`,
      ...inspection.hasStart ? ["start     runs a function at once"] : [],
    ],
    ...imports.length === 0 ? [["imports", "none"]] : imports.map(family),
    ["exports", ...listed(exports.map(item))],
    ["memory", ...listed(inspection.memories.map(memory))],
    ["features", ...listed(inspection.features)],
    ["custom sections", ...listed(inspection.customSections.map(shown))],
    ["needs", ...needs(inspection.needs)],
    ...schema === undefined ? [] : [["schema", ...schemaLines(schema)]],
    ["refused", ...listed(inspection.refusals.map(printable), "no")],
  ];
  return blocks.map(block).join("\n");
}

/** The same for a script tool, with the hash of each of its files. */
export function scriptText(
  source: string,
  files: Readonly<Record<string, string>>,
  schema: ToolSchema,
): string {
  const hashes = Object.entries(files)
    .map(([path, hash]) => `${hash}  ${shown(path)}`);
  const blocks = [
    [printable(source), "kind      script"],
    ["sha-256", ...listed(hashes)],
    ["schema", ...schemaLines(schema)],
  ];
  return blocks.map(block).join("\n");
}

/** The tool's schema as declared, truncated as it may be long. */
function schemaLines(schema: ToolSchema): string[] {
  return listed(JSON.stringify(schema, null, 2).split("\n").map(shown));
}

function block([title, ...lines]: string[]): string {
  return [title, ...lines.map((line) => `  ${line}`), ""].join("\n");
}

function listed(lines: readonly string[], none = "none"): string[] {
  if (lines.length === 0) return [none];
  const rest = lines.length - MOST_ITEMS;
  const most = lines.slice(0, MOST_ITEMS);
  return rest > 0 ? [...most, `and ${rest} more`] : most;
}

function family({ module, items, isProvided }: ImportFamily): string[] {
  const what = isProvided ? "provided" : "not provided";
  return [`imports from ${shown(module)}, ${what}`, ...listed(items.map(item))];
}

function item({ name, kind, params, results }: InspectedItem): string {
  return params && results
    ? `${kind} ${shown(name)} (${params.join(", ")}) -> (${results.join(", ")})`
    : `${kind} ${shown(name)}`;
}

function memory(one: InspectedMemory): string {
  const most = one.maximumPages === undefined
    ? "no maximum"
    : `at most ${pages(one.maximumPages, one.maximumBytes)}`;
  const width = one.index64 ? ", 64-bit addresses" : "";
  return `${pages(one.initialPages, one.initialBytes)}, ${most}${width}`;
}

function pages(count: number, bytes: number | undefined): string {
  return `${count} ${count === 1 ? "page" : "pages"} (${bytes} bytes)`;
}

function needs(
  { memoryBytes, wasi, network, hostFunctions, numericFunctions }: ModuleNeeds,
): string[] {
  return [
    `memory: ${memoryBytes === undefined ? "not known" : atLeast(memoryBytes)}`,
    ...wasi ? ["WASI preview 1"] : [],
    ...network ? ["network: --allow-net=HOST,.. with the hosts it calls"] : [],
    ...hostFunctions
      ? ["functions of the host, from a program: the option functions"]
      : [],
    ...numericFunctions.length === 0 ? [] : [
      "functions of numbers, from a program: the option numericFunctions",
      ...listed(numericFunctions.map((name) => `  ${shown(name)}`)),
    ],
  ];
}

function atLeast(bytes: number): string {
  const isDefaultEnough =
    bytes <= SandboxConfig.builder().build().maxMemoryBytes;
  const flag = `, with --max-memory ${Math.ceil(bytes / MEBIBYTE)}MiB or more`;
  return `at least ${bytes} bytes${isDefaultEnough ? "" : flag}`;
}

function shown(name: string): string {
  const cut = name.length > MOST_CHARACTERS
    ? `${name.slice(0, MOST_CHARACTERS)}…`
    : name;
  return printable(cut);
}
