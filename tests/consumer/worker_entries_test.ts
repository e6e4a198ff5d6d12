import { assertEquals, assertNotEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);
/** It has a dependency that only those get who need it. */
const ON_DEMAND = "src/interpreters/typescript/strip_worker.ts";

/** What is below `src/`, which is all that is published but two files. */
function sources(folder: string): [path: string, text: string][] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    return entry.isDirectory
      ? sources(`${path}/`)
      : [[path, Deno.readTextFileSync(new URL(path, ROOT))]];
  });
}

/** The modules that a pattern's first group names, by their path. */
function named(path: string, text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, specifier]) =>
    new URL(specifier!, `file:///${path}`).pathname.slice(1)
  );
}

const SOURCES = new Map(sources("src/"));

Deno.test("Every worker's module is named as an import, for tools to find it", () => {
  const started = [...SOURCES].flatMap(([path, text]) =>
    named(path, text, /new URL\("(.+?worker\.ts)", import\.meta\.url\)/g)
  );
  const imported = [...SOURCES].flatMap(([path, text]) =>
    named(path, text, /\(\) =>\s+import\("([^"]+worker\.ts)"\)/g)
  );
  assertNotEquals(started, []);
  assertEquals([...imported, ON_DEMAND].sort(), started.sort());
});

Deno.test("No module is imported by a computed name, which workers may not do", () => {
  const computed = [...SOURCES].filter(([, text]) =>
    /^(?!\s*(\*|\/\/)).*\bimport\((?!\s*")/m.test(text)
  );
  assertEquals(computed.map(([path]) => path), []);
});
