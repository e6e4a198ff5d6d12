/**
 * The layer rule as a lint plugin: a file imports its own layer, and those that
 * the table below lists for it.
 */

/** Which layers each layer may import, beside itself. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  quote: [],
  contract: [],
  errors: ["quote"],
  stop: [],
  timer: [],
  pieces: ["timer"],
  schema: ["quote", "pieces"],
  wasm: ["quote", "errors"],
  config: ["quote", "contract", "errors"],
  channel: ["quote", "contract", "errors", "stop", "pieces"],
  prepare: ["quote", "contract", "errors", "stop", "config", "wasm"],
  fs: ["quote", "contract", "errors", "stop"],
  families: ["quote", "imports"],
  imports: ["quote", "contract", "errors", "stop", "channel", "fs"],
  guest: [
    "quote",
    "contract",
    "errors",
    "stop",
    "channel",
    "fs",
    "families",
    "imports",
  ],
  network: ["quote", "contract", "errors", "stop", "channel"],
  host: [
    "quote",
    "contract",
    "errors",
    "stop",
    "timer",
    "config",
    "prepare",
    "channel",
    "fs",
  ],
  tool: [
    "quote",
    "contract",
    "errors",
    "stop",
    "timer",
    "pieces",
    "config",
    "prepare",
    "channel",
    "families",
    "scripting",
    "host",
    "schema",
  ],
  public: ["errors", "config", "tool"],
  scripting: ["quote", "errors", "config"],
  adapters: ["quote", "pieces", "scripting", "public"],
  nats: ["quote", "errors", "pieces", "config", "channel", "tool", "public"],
  interpreters: ["quote", "public"],
  cli: ["quote", "public", "adapters", "nats", "interpreters"],
};

/** Where each layer lives; the first match counts, `*` is one folder. */
const PLACES: readonly (readonly [place: string, layer: string])[] = [
  ["src/quote.ts", "quote"],
  ["src/contract/", "contract"],
  ["src/errors.ts", "errors"],
  ["src/stop_page.ts", "stop"],
  ["src/timer.ts", "timer"],
  ["src/schema/", "schema"],
  ["src/wasm/", "wasm"],
  ["src/pieces/", "pieces"],
  ["src/config/", "config"],
  ["src/channel/", "channel"],
  ["src/prepare/", "prepare"],
  ["src/fs/", "fs"],
  ["src/imports/import_family.ts", "families"],
  ["src/imports/families.ts", "families"],
  ["src/imports/table.ts", "families"],
  ["src/imports/*/family.ts", "families"],
  ["src/imports/", "imports"],
  ["src/guest/", "guest"],
  ["src/network/", "network"],
  ["src/host/", "host"],
  ["src/tool/", "tool"],
  ["src/interpreters/javascript/", "scripting"],
  ["src/interpreters/typescript/", "scripting"],
  ["src/adapters/nats/", "nats"],
  ["src/adapters/", "adapters"],
  ["src/interpreters/", "interpreters"],
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
  return PLACES.find(([place]) => isAt(inside, place))?.[1];
}

function isAt(path: string, place: string): boolean {
  if (place.endsWith("/")) return path.startsWith(place);
  const [before, after] = place.split("*");
  if (after === undefined) return path === place;
  return path.startsWith(before!) && path.endsWith(after) &&
    !path.slice(before!.length, -after.length).includes("/");
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
