import { assertEquals, assertThrows } from "@std/assert";
import { CompilationFailed } from "../../src/errors.ts";
import type { ImportInfo, ModuleInfo } from "../../src/prepare/module_info.ts";
import { checkImports, refusal } from "../../src/tool/check_imports.ts";

const WASI = "wasi_snapshot_preview1";

function imports(...list: ImportInfo[]): ModuleInfo {
  return {
    imports: list,
    exports: [],
    memories: [],
    stopPage: { module: "", name: "" },
    startExport: undefined,
    fuelExport: undefined,
    startFuel: 0,
    initialBytes: 0,
    features: [],
  };
}

Deno.test("checkImports accepts what a worker provides", () => {
  checkImports(imports(
    { module: WASI, name: "fd_write", kind: "function" },
    { module: "env", name: "memory", kind: "memory" },
  ));
});

Deno.test("checkImports names what it refuses, and why", () => {
  const refused: [ImportInfo, string][] = [
    [{ module: "env", name: "puts", kind: "function" }, "does not provide"],
    [{ module: WASI, name: "fd_magic", kind: "function" }, "does not have"],
    [{ module: WASI, name: "fd_write", kind: "global" }, "does not have"],
    [
      { module: "wasi_unstable", name: "fd_write", kind: "function" },
      "preview 1",
    ],
    [{ module: "env", name: "table", kind: "table" }, "does not provide"],
  ];
  for (const [entry, why] of refused) {
    const error = assertThrows(
      () => checkImports(imports(entry)),
      CompilationFailed,
      why,
    );
    assertEquals(error.message.includes(JSON.stringify(entry.name)), true);
    assertEquals(refusal(entry) === undefined, false);
  }
});
