import { assertEquals } from "@std/assert";
import { moduleGraph } from "./module_graph.ts";

const TEXT = `/** import x from "comment.ts"; */
import "./effect.ts";
import { type A, b } from "./b.ts";
import type { C } from "./c.ts";
export {
  d,
} from "./d.ts";
export type { E } from "./e.ts";
const lazy = () => import("./lazy.ts");
`;

Deno.test("moduleGraph lists each import with its kind and place", () => {
  const files = new Map([
    ["/mod.ts", new TextEncoder().encode(TEXT)],
    ["/alone.ts", new TextEncoder().encode("export const alone = 1;\n")],
    ["/README.md", new Uint8Array()],
  ]);
  const graph = moduleGraph(files);
  assertEquals(graph["/alone.ts"], {});
  assertEquals(Object.keys(graph), ["/mod.ts", "/alone.ts"]);
  assertEquals(graph["/mod.ts"]!.dependencies!.map(summary), [
    ["import", "./effect.ts", [1, 7]],
    ["import", "./b.ts", [2, 26]],
    ["importType", "./c.ts", [3, 23]],
    ["export", "./d.ts", [6, 7]],
    ["exportType", "./e.ts", [7, 23]],
    ["dynamic", "./lazy.ts", [8, 26]],
  ]);
});

type Dependency = NonNullable<
  ReturnType<typeof moduleGraph>[string]["dependencies"]
>[number];

function summary(one: Dependency): unknown[] {
  return one.type === "dynamic"
    ? [one.type, one.argument, one.argumentRange[0]]
    : [one.kind, one.specifier, one.specifierRange[0]];
}
