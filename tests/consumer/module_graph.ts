/** The imports of every module, as JSR's version metadata lists them. */

/** What `moduleGraph2` says, by path with a leading slash. */
export type ModuleGraph = Readonly<Record<string, ModuleRecord>>;

/** One module; members that would be empty are left out. */
export interface ModuleRecord {
  readonly dependencies?: readonly ImportRecord[];
}

/** One import. */
type ImportRecord = StaticImport | DynamicImport;

interface StaticImport {
  readonly type: "static";
  readonly kind: "import" | "importType" | "export" | "exportType";
  readonly specifier: string;
  readonly specifierRange: Range;
}

interface DynamicImport {
  readonly type: "dynamic";
  readonly argument: string;
  readonly argumentRange: Range;
}

type Range = readonly [start: Position, end: Position];

/** Both count from 0. */
type Position = readonly [line: number, column: number];

const STATIC =
  /^(?<verb>import|export) (?<type>type )?(?:[^;"]*?from )?(?<quoted>"[^"\n]+");$/gm;
/** A package has no name for itself: this is text of a tool that it writes. */
const IN_TEXT = /^"@cortexai\/sandbox["/]/;
const DYNAMIC = /\bimport\((?<quoted>"[^"\n]+")\)/g;

/** Lists the imports of the modules among these. */
export function moduleGraph(
  files: ReadonlyMap<string, Uint8Array>,
): ModuleGraph {
  const records: Record<string, ModuleRecord> = {};
  for (const [path, bytes] of files) {
    if (!/\.[jt]s$/.test(path)) continue;
    const text = new TextDecoder().decode(bytes);
    const dependencies = [...staticImports(text), ...dynamicImports(text)];
    records[path] = dependencies.length > 0 ? { dependencies } : {};
  }
  return records;
}

function staticImports(text: string): StaticImport[] {
  const imports = [...text.matchAll(STATIC)]
    .filter(({ groups }) => !IN_TEXT.test(groups!.quoted!));
  return imports.map((match) => {
    const { verb, type, quoted } = match.groups!;
    return {
      type: "static",
      kind: `${verb as "import" | "export"}${type ? "Type" : ""}`,
      specifier: JSON.parse(quoted!),
      specifierRange: rangeOf(quoted!, match),
    };
  });
}

function dynamicImports(text: string): DynamicImport[] {
  return [...text.matchAll(DYNAMIC)].map((match) => {
    const { quoted } = match.groups!;
    return {
      type: "dynamic",
      argument: JSON.parse(quoted!),
      argumentRange: rangeOf(quoted!, match),
    };
  });
}

function rangeOf(quoted: string, match: RegExpExecArray): Range {
  const start = match.index + match[0].lastIndexOf(quoted);
  return [
    position(match.input, start),
    position(match.input, start + quoted.length),
  ];
}

function position(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split("\n");
  return [lines.length - 1, lines.at(-1)!.length];
}
