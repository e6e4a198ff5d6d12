/**
 * Decoders as a lint plugin: each says what becomes of a byte order mark. A
 * name or a text is another one without it, and the default takes it away.
 */

const SRC = new URL("../../src/", import.meta.url).pathname;

const plugin: Deno.lint.Plugin = {
  name: "decoders",
  rules: {
    "byte-order-mark": {
      create(context) {
        return {
          'NewExpression[callee.name="TextDecoder"]'(
            node: Deno.lint.NewExpression,
          ) {
            if (!context.filename.startsWith(SRC) || saysWhat(node)) return;
            context.report({
              node,
              message: "Say whether a byte order mark is kept: ignoreBOM",
            });
          },
        };
      },
    },
  },
};

function saysWhat({ arguments: [, options] }: Deno.lint.NewExpression) {
  return options?.type === "ObjectExpression" &&
    options.properties.some((property) =>
      property.type === "Property" && property.key.type === "Identifier" &&
      property.key.name === "ignoreBOM"
    );
}

export default plugin;
