import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CompilationFailed } from "../../src/errors.ts";
import type { ImportInfo, ModuleInfo } from "../../src/prepare/module_info.ts";
import { importRefusal } from "../../src/imports/families.ts";
import { checkImports } from "../../src/tool/check_imports.ts";

const WASI = "wasi_snapshot_preview1";

function imports(...list: ImportInfo[]): ModuleInfo {
  return {
    imports: list,
    exports: [],
    memories: [],
    stopPage: { module: "", name: "" },
    startExport: undefined,
    fuelExport: undefined,
    usedExport: undefined,
    startFuel: 0,
    state: { refusal: undefined, globals: [], tables: [] },
    initialBytes: 0,
    machineCodeBytes: 0,
    features: [],
  };
}

function func(
  module: string,
  name: string,
  params: Kind[],
  results: Kind[] = ["i32"],
): ImportInfo {
  return { module, name, kind: "function", signature: { params, results } };
}

type Kind = NonNullable<ImportInfo["signature"]>["params"][number];

Deno.test("checkImports accepts what a worker provides", () => {
  checkImports(imports(
    func(WASI, "fd_write", ["i32", "i32", "i32", "i32"]),
    func("wasi_unstable", "fd_seek", ["i32", "i64", "i32", "i32"]),
    func("host_user", "isatty", ["i32", "i32"]),
    func("host_fs", "fd_mode", ["i32"]),
    func("cortex_http", "version", []),
    func(WASI, "proc_exit", ["i32"], []),
    { module: "env", name: "memory", kind: "memory" },
    { module: WASI, name: "memory", kind: "memory" },
  ));
});

Deno.test("checkImports names what it refuses, and why", () => {
  const refused: [ImportInfo, string][] = [
    [func("env", "puts", []), "does not provide"],
    [func(WASI, "fd_magic", []), "does not have"],
    [func(WASI, "__proto__", []), "does not have"],
    [func("__proto__", "x", []), "does not provide"],
    [{ module: WASI, name: "fd_write", kind: "global" }, "does not have"],
    [{ module: WASI, name: "fd_write", kind: "tag" }, "does not have"],
    [{ module: WASI, name: "fd_write", kind: "memory" }, "is a function"],
    [func("wasi_unstable", "sock_accept", ["i32", "i32"]), "does not have"],
    [{ module: "env", name: "table", kind: "table" }, "does not provide"],
  ];
  for (const [entry, why] of refused) {
    const error = assertThrows(
      () => checkImports(imports(entry)),
      CompilationFailed,
      why,
    );
    assertEquals(error.message.includes(JSON.stringify(entry.name)), true);
    assertEquals(importRefusal(entry) === undefined, false);
  }
});

Deno.test("checkImports refuses a function of another type, and tells both", () => {
  const wanted = "(i32, i32, i32, i32) -> (i32)";
  const refused: [ImportInfo, string][] = [
    [
      func(WASI, "fd_write", ["i32", "i32", "f64", "i32"]),
      `as (i32, i32, f64, i32) -> (i32), not as ${wanted}`,
    ],
    [func(WASI, "fd_write", []), `as () -> (i32), not as ${wanted}`],
    [
      func("wasi_unstable", "fd_write", ["i32", "i64", "i64", "i32"]),
      `not as ${wanted}`,
    ],
    [
      func(WASI, "sched_yield", [], []),
      "as () -> (), not as () -> (i32)",
    ],
    [func("cortex_http", "version", [], ["i64"]), "not as () -> (i32)"],
  ];
  for (const [entry, why] of refused) {
    assertThrows(() => checkImports(imports(entry)), CompilationFailed, why);
  }
});

Deno.test("checkImports quotes names and cuts them, and types too", () => {
  const long = '"\n'.repeat(50_000);
  const entry = func(WASI, long, new Array<Kind>(1000).fill("i32"));
  for (const name of [long, "fd_write"]) {
    const error = assertThrows(
      () => checkImports(imports({ ...entry, name })),
      CompilationFailed,
    );
    assertEquals(error.message.length < 500, true);
    assertEquals(error.message.includes("\n"), false);
  }
});

Deno.test("checkImports tells what a foreign module is, and what to do", () => {
  const foreign: [ImportInfo, string][] = [
    [func("extism:host/env", "input_length", [], ["i64"]), "Extism"],
    [func("env", "extism_alloc", ["i64"], ["i64"]), "Extism"],
    [func("wbg", "__wbg_log_1", ["i32"], []), "wasm-bindgen"],
    [func("./pkg_bg.js", "__wbindgen_throw", ["i32"], []), "wasm-bindgen"],
    [func("gojs", "runtime.wasmExit", ["i32"], []), "GOOS=wasip1"],
    [func("go", "syscall/js.valueGet", ["i32"], []), "GOOS=wasip1"],
    [func("env", "abort", ["i32", "i32", "i32", "i32"], []), "--use abort="],
    [func("env", "emscripten_resize_heap", ["i32"]), "Emscripten"],
    [func("env", "invoke_vii", ["i32", "i32", "i32"], []), "Emscripten"],
    [func("a", "b", ["i32"]), "Emscripten"],
    [func("wasi:io/streams@0.2.0", "[method]x", []), "WASI 0.2"],
    [func("wasix_32v1", "futex_wait", []), "Wasmer"],
    [func("wasi", "thread-spawn", ["i32"]), "threads"],
    [func("host_process", "proc_spawn", []), "processes"],
  ];
  for (const [entry, advice] of foreign) {
    const error = assertThrows(
      () => checkImports(imports(entry)),
      CompilationFailed,
    );
    assertStringIncludes(error.message, "does not provide; it ");
    assertStringIncludes(error.message, advice);
  }
  // Others are not taken for one of these.
  const plain = assertThrows(
    () => checkImports(imports(func("env", "launch", []))),
    CompilationFailed,
  );
  assertEquals(plain.message.endsWith("does not provide"), true);
});
