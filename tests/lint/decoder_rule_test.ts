import { assertEquals } from "@std/assert";
import plugin from "./decoder_rule.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

function found(path: string, source: string): number {
  return Deno.lint.runPlugin(plugin, `${ROOT}${path}`, source).length;
}

Deno.test("decoders/byte-order-mark reports decoders that do not say what becomes of it", () => {
  const silent = [
    "new TextDecoder();",
    'new TextDecoder("utf-8");',
    'new TextDecoder("utf-8", { fatal: true });',
  ];
  for (const source of silent) {
    assertEquals(found("src/tool/x.ts", source), 1);
    assertEquals(found("tests/tool/x.ts", source), 0);
  }
});

Deno.test("decoders/byte-order-mark lets decoders be that say it", () => {
  for (const value of ["true", "false"]) {
    const source = `new TextDecoder("utf-8", { ignoreBOM: ${value} });`;
    assertEquals(found("src/tool/x.ts", source), 0);
  }
});
