/** Identifies the environment that an unsupported module was built for. */

import type { ImportInfo } from "../prepare/module_info.ts";

/** A kind of module, and what to do about it. */
interface ForeignKind {
  readonly advice: string;
  /** Whether an import identifies it. */
  readonly knows: (entry: ImportInfo) => boolean;
}

const PREVIEW1 = "build it for WASI preview 1, such as wasm32-wasip1";

/** In order: the first kind that matches an import wins. */
const KINDS: readonly ForeignKind[] = [
  {
    advice: "it is an Extism plug-in, which runs in Extism's SDKs only; " +
      "build its code as a tool that exports __tool_schema and __tool_execute",
    knows: ({ module, name }) =>
      module.startsWith("extism:") ||
      (module === "env" && name.startsWith("extism_")),
  },
  {
    advice: "it was made by wasm-bindgen, to be called from JavaScript; " +
      `leave wasm-bindgen out and ${PREVIEW1}`,
    knows: ({ module, name }) =>
      module === "wbg" || module.startsWith("__wbindgen") ||
      name.startsWith("__wbg_") || name.startsWith("__wbindgen_"),
  },
  {
    advice: "it was built for Go's js/wasm, which needs JavaScript; " +
      "build it with GOOS=wasip1 GOARCH=wasm",
    knows: ({ module, name }) =>
      module === "gojs" || module === "go" || name.startsWith("syscall/js."),
  },
  {
    advice: "it was made by AssemblyScript, whose runtime calls the host; " +
      "compile it with --use abort= and without what else it imports",
    knows: ({ module, name, signature }) =>
      (module === "env" && ASSEMBLYSCRIPT.has(name)) &&
      (name !== "abort" || signature?.params.length === 4),
  },
  {
    advice: "it was made by Emscripten, whose JavaScript it needs; " +
      "link it with -sSTANDALONE_WASM or with the WASI SDK's clang",
    knows: ({ module, name, kind }) =>
      (module === "env" &&
        /^_?(_?emscripten_|invoke_[vijfd]|__syscall_|__cxa_throw$|abort$|_abort_js$)/
          .test(name)) ||
      // Minified import names, as Emscripten writes at -O3.
      (module === "a" && name.length <= 2 && kind === "function"),
  },
  {
    advice: `it was built for WASI 0.2 or later; ${PREVIEW1}`,
    knows: ({ module }) =>
      /^wasi:[a-z-]+\//.test(module) || module === "wasi_snapshot_preview2",
  },
  {
    advice: `it was built for a snapshot of WASI that nobody kept; ${PREVIEW1}`,
    knows: ({ module }) => module.startsWith("wasi_ephemeral"),
  },
  {
    advice: `it was built for WASIX, which only Wasmer has; ${PREVIEW1}`,
    knows: ({ module }) => module.startsWith("wasix_"),
  },
  {
    advice: `it starts threads, which a sandbox can't bound; ${PREVIEW1}`,
    knows: ({ module, name }) => module === "wasi" && name === "thread-spawn",
  },
  {
    advice: "it was made for a host with processes, which a sandbox is not",
    knows: ({ module }) => module === "host_process",
  },
];

/** What AssemblyScript's runtime imports from `env`. */
const ASSEMBLYSCRIPT: ReadonlySet<string> = new Set([
  "abort",
  "seed",
  "Date.now",
  "console.log",
]);

/** One sentence of advice for a module whose imports no sandbox provides. */
export function foreignAdvice(
  { imports }: { readonly imports: readonly ImportInfo[] },
): string[] {
  const kind = KINDS.find(({ knows }) => imports.some(knows));
  return kind ? [kind.advice] : [];
}
