/** Collects the texts of the sources that people may come to read. */

/** Two words in a row, which names, formats and keys do not have. */
const PROSE = /\p{L}{2,}[,:;]? \p{L}{2,}/u;
/** Code: of modules, as `src/wasm/assembler.ts` reads it, and of Python. */
const ASSEMBLY =
  /^\n|\b(?:local|global|i32|i64|table)\.[a-z]|^(?:nop )?drop |^import /;
/** The help is one text, which its own test shows. */
const NOT_MESSAGES: ReadonlySet<string> = new Set(["src/cli/help.ts"]);

/**
 * Every text of prose in a source, with `…` for what is filled in. Only tests
 * may call it, since only they can take a source apart.
 */
export function messagesOf(source: string): string[] {
  const found: string[] = [];
  const joined = new Set<Deno.lint.Node>();
  const plugin: Deno.lint.Plugin = {
    name: "messages",
    rules: {
      collect: {
        create: () => ({
          // Before its parts, as every parent.
          BinaryExpression(node) {
            if (!joined.has(node)) found.push(textOf(node, joined));
          },
          Literal(node) {
            if (!joined.has(node)) found.push(textOf(node, joined));
          },
          TemplateLiteral(node) {
            if (!joined.has(node)) found.push(textOf(node, joined));
          },
        }),
      },
    },
  };
  Deno.lint.runPlugin(plugin, "source.ts", source);
  return found.filter((text) => PROSE.test(text) && !ASSEMBLY.test(text));
}

/** What an expression says as text, as far as it is known here. */
function textOf(node: Deno.lint.Node, joined: Set<Deno.lint.Node>): string {
  joined.add(node);
  if (node.type === "TemplateLiteral") {
    return node.quasis.map(({ cooked }) => cooked).join("…");
  }
  if (node.type === "BinaryExpression" && node.operator === "+") {
    return textOf(node.left, joined) + textOf(node.right, joined);
  }
  if (node.type === "Literal" && typeof node.value === "string") {
    return node.value;
  }
  joined.delete(node);
  return "…";
}

/** The messages of all sources, by folder, as one text with a line for each. */
export async function collectMessages(root: URL): Promise<string> {
  const byFolder = new Map<string, Set<string>>();
  for await (const path of sourcesIn(root, "src/")) {
    if (NOT_MESSAGES.has(path)) continue;
    const folder = path.split("/").slice(0, 2).join("/");
    const texts = byFolder.get(folder) ?? new Set();
    const source = await Deno.readTextFile(new URL(path, root));
    for (const text of messagesOf(source)) texts.add(oneLine(text));
    if (texts.size > 0) byFolder.set(folder, texts);
  }
  return [...byFolder].sort(([one], [other]) => one < other ? -1 : 1)
    .map(([folder, texts]) => `# ${folder}\n${[...texts].sort().join("\n")}\n`)
    .join("\n");
}

function oneLine(text: string): string {
  return text.replaceAll("\n", "\\n");
}

async function* sourcesIn(root: URL, folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) yield* sourcesIn(root, `${path}/`);
    else if (path.endsWith(".ts")) yield path;
  }
}
