/**
 * The layer rule as a lint plugin: a file imports its own layer, and those that
 * the table below lists for it.
 */

/** Which layers each layer may import, beside itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  stop: [],
  wasm: ["errors"],
  config: ["errors"],
  channel: ["errors", "stop"],
  prepare: ["errors", "stop", "config", "wasm"],
  fs: ["errors", "stop"],
  imports: ["errors", "stop", "channel", "fs"],
  guest: ["errors", "stop", "channel", "fs", "imports"],
  network: ["errors", "stop", "channel"],
  host: ["errors", "stop", "config", "prepare", "channel", "fs"],
  tool: ["errors", "stop", "config", "prepare", "channel", "host"],
  public: ["errors", "config", "tool"],
  adapters: ["public"],
  cli: ["public", "adapters"],
};

/** Where each layer lives; the first match counts. */
const PLACES: readonly (readonly [place: string, layer: string])[] = [
  ["src/errors.ts", "errors"],
  ["src/stop_page.ts", "stop"],
  ["src/wasm/", "wasm"],
  ["src/config/", "config"],
  ["src/channel/", "channel"],
  ["src/prepare/", "prepare"],
  ["src/fs/", "fs"],
  ["src/imports/", "imports"],
  ["src/guest/", "guest"],
  ["src/network/", "network"],
  ["src/host/", "host"],
  ["src/tool/", "tool"],
  ["src/adapters/", "adapters"],
  ["src/cli/", "cli"],
  ["tool-runner.ts", "cli"],
  ["mod.ts", "public"],
];

/** What is wrong with an import, or undefined when it is allowed. */
export function violation(
  root: string,
  importer: string,
  specifier: string,
): string | undefined {
  const from = layerOf(root, importer);
  if (from === undefined || !specifier.startsWith(".")) return undefined;
  const target = new URL(specifier, `file://${importer}`).pathname;
  const to = layerOf(root, target);
  if (to === undefined) {
    return `Layer "${from}" may not import ${specifier}, which is in no layer`;
  }
  if (to === from || MAY_IMPORT[from]!.includes(to)) return undefined;
  return `Layer "${from}" may not import layer "${to}" (${specifier})`;
}

function layerOf(root: string, path: string): string | undefined {
  if (!path.startsWith(root)) return undefined;
  const inside = path.slice(root.length);
  return PLACES.find(([place]) =>
    place.endsWith("/") ? inside.startsWith(place) : inside === place
  )?.[1];
}

const ROOT = new URL("../../", import.meta.url).pathname;

const plugin: Deno.lint.Plugin = {
  name: "layers",
  rules: {
    imports: {
      create(context) {
        const check = (node: { source?: Deno.lint.StringLiteral | null }) => {
          if (!node.source) return;
          const { value } = node.source;
          const message = violation(ROOT, context.filename, value);
          if (message) context.report({ node: node.source, message });
        };
        return {
          ImportDeclaration: check,
          ExportNamedDeclaration: check,
          ExportAllDeclaration: check,
          ImportExpression(node) {
            if (node.source.type === "Literal") {
              check({ source: node.source as Deno.lint.StringLiteral });
            }
          },
        };
      },
    },
  },
};

export default plugin;
