/** The recorded tests, folder by folder. */

/** What is recorded. */
export interface PassingList {
  /** The commit of test262 that it was made of. */
  readonly commit: string;
  /** How many core tests there are, in their modes. */
  readonly all: number;
  /** How many of those QuickJS-NG passes by itself. */
  readonly reference: number;
  /** Names by folder; `a.js#strict` is a test in strict mode. */
  readonly passing: Readonly<Record<string, readonly string[]>>;
  /**
   * Drawn tests that QuickJS-NG passes by itself and the guest does not, and
   * what it answers.
   */
  readonly failing: Readonly<Record<string, string>>;
}

const FILE = new URL("./passing.json", import.meta.url);

/** Reads what is recorded. */
export function readPassing(): PassingList {
  return JSON.parse(Deno.readTextFileSync(FILE));
}

/** Keeps it, a folder a line. */
export function writePassing({ passing, failing, ...rest }: PassingList): void {
  const lines = (entries: Readonly<Record<string, unknown>>) =>
    Object.entries(entries).sort(([a], [b]) => a < b ? -1 : 1)
      .map(([key, value]) =>
        `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`
      ).join(",\n");
  const head = Object.entries(rest)
    .map(([key, value]) => `  "${key}": ${JSON.stringify(value)},\n`).join("");
  Deno.writeTextFileSync(
    FILE,
    `{\n${head}  "passing": {\n${lines(passing)}\n  },\n  "failing": {\n${
      lines(failing)
    }\n  }\n}\n`,
  );
}

/** Ids of tests, by their folders. */
export function byFolder(ids: readonly string[]): Record<string, string[]> {
  const folders: Record<string, string[]> = {};
  for (const id of ids) {
    const end = id.lastIndexOf("/");
    (folders[id.slice(0, end)] ??= []).push(id.slice(end + 1));
  }
  return folders;
}

/** The ids of a list by folder. */
export function idsOf(folders: PassingList["passing"]): string[] {
  return Object.entries(folders)
    .flatMap(([folder, names]) => names.map((name) => `${folder}/${name}`));
}
