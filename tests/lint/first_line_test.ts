import { assertEquals, assertNotEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

function sources(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap((entry) =>
    entry.isDirectory
      ? sources(`${folder}${entry.name}/`)
      : entry.name.endsWith(".ts")
      ? [`${folder}${entry.name}`]
      : []
  );
}

Deno.test("Every source file opens with what it is for", () => {
  const files = ["mod.ts", "tool-runner.ts", ...sources("src/")];
  assertNotEquals(files.length, 2);
  const without = files.filter((path) => {
    const text = Deno.readTextFileSync(new URL(path, ROOT));
    return !/^(\/\/ .*\n)*\/\*\* ?/.test(text);
  });
  assertEquals(without, []);
});
