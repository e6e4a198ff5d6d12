/** Draws a tool's label as a small picture, for a README. */

import type {
  ModuleInspection,
  SandboxedTool,
  ToolSchema,
} from "../../../mod.ts";
import { shortened } from "../../quote.ts";
import { size } from "./amounts.ts";
import { Markup, markup } from "./markup.ts";

/** The contents of a label. */
export interface LabelContents {
  /** What `inspectModule` found out of a module. */
  readonly inspection?: ModuleInspection | undefined;
  /** The `files` of a tool that is a script. */
  readonly files?: SandboxedTool["files"];
  /** The tool's schema, for its name and description. */
  readonly schema?: Pick<ToolSchema, "name" | "description"> | undefined;
}

const WIDTH = 400;
const LINE = 20;
const PADDING = 16;
/** The number of characters that fit in the width. */
const MOST_CHARACTERS = 46;
const MOST_FAMILIES = 6;
const MOST_FILES = 6;
const MOST_SPOKEN = 200;

const STYLE: Markup = new Markup(`
.paper{fill:#fdfdfb;stroke:#1d2430}.ink{fill:#1d2430}.faint{fill:#5d6675}
.bar{fill:#1d2430}
@media (prefers-color-scheme:dark){.paper{fill:#14181f;stroke:#e6e9ee}
.ink{fill:#e6e9ee}.faint{fill:#9aa4b2}.bar{fill:#e6e9ee}}
text{font:13px ui-monospace,monospace}.name{font-size:18px;font-weight:700}`);

/**
 * Draws a tool's label as an SVG image: its name, hash and size, the memory it
 * needs, and everything that it needs access to. The image loads nothing, and
 * follows the reader's light or dark color scheme.
 *
 * ```ts
 * import { inspectModule } from "@cortexai/sandbox";
 * import { labelPicture } from "@cortexai/sandbox/report";
 *
 * const inspection = await inspectModule(Uint8Array.fromHex("0061736d01000000"));
 * console.log(labelPicture({ inspection }).startsWith("<svg")); // true
 * ```
 *
 * @returns the SVG document.
 */
export function labelPicture(
  { inspection, files = {}, schema }: LabelContents,
): string {
  const name = schema?.name ?? "module";
  const lines = [
    ...schema ? [["", schema.description] as const] : [],
    ...inspection ? facts(inspection) : scriptFacts(files),
  ];
  const height = PADDING * 2 + 34 + lines.length * LINE;
  const spoken = lines
    .map(([head, text]) => `${head} ${shortened(text, MOST_SPOKEN)}`.trim())
    .join("; ");
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${`Label of ${shortened(name, MOST_CHARACTERS)}`}</title>
<desc>${spoken}</desc>
<style>${STYLE}</style>
<rect class="paper" x="1" y="1" width="${WIDTH - 2}" height="${
    height - 2
  }" rx="6" stroke-width="2"/>
<text class="ink name" x="${PADDING}" y="${PADDING + 16}">${
    shortened(name, 32)
  }</text>
<rect class="bar" x="${PADDING}" y="${PADDING + 24}" width="${
    WIDTH - 2 * PADDING
  }" height="3"/>
${lines.map(([head, text], i) => drawLine(head, text, i))}
</svg>
`.toString();
}

function drawLine(head: string, text: string, index: number): Markup {
  const y = PADDING + 34 + (index + 1) * LINE - 6;
  const x = head === "" ? PADDING : PADDING + 88;
  const most = head === "" ? MOST_CHARACTERS : MOST_CHARACTERS - 11;
  return markup`<text class="faint" x="${PADDING}" y="${y}">${head}</text><text class="ink" x="${x}" y="${y}">${
    shortened(text, most)
  }</text>
`;
}

function facts(inspection: ModuleInspection): (readonly [string, string])[] {
  const { sha256, sizeBytes, roles, imports, needs, refusals } = inspection;
  const families = imports.map(({ module, items, isProvided }) =>
    [
      "imports",
      `${module} (${items.length})${isProvided ? "" : ", not provided"}`,
    ] as const
  );
  const more = families.length - MOST_FAMILIES;
  return [
    ["sha-256", `${sha256.slice(0, 16)}…`],
    ["size", size(sizeBytes)],
    ["kind", roles.join(", ") || "library"],
    [
      "memory",
      needs.memoryBytes === undefined
        ? "not known"
        : `at least ${size(needs.memoryBytes)}`,
    ],
    ["system", needs.wasi ? "WASI preview 1, what is granted" : "nothing"],
    ["network", needs.network ? "the hosts that are granted" : "none"],
    ...families.slice(0, MOST_FAMILIES),
    ...more > 0 ? [["imports", `and ${more} more`] as const] : [],
    ["runs here", refusals[0] === undefined ? "yes" : "no"],
  ];
}

/** A script can be given what any guest can, but for files. */
function scriptFacts(
  files: Readonly<Record<string, string>>,
): (readonly [string, string])[] {
  const lines = Object.entries(files)
    .map(([path, hash]) =>
      ["sha-256", `${hash.slice(0, 16)}… ${path}`] as const
    );
  const more = lines.length - MOST_FILES;
  return [
    ["kind", "script"],
    ...lines.slice(0, MOST_FILES),
    ...more > 0 ? [["sha-256", `and ${more} more files`] as const] : [],
    ["system", "nothing"],
    ["network", "the hosts that are granted"],
  ];
}
