/** Declares `cortex_host`: host functions by name. */

import { functions, type ImportFamily } from "../import_family.ts";

/** The functions are documented where they are implemented. */
export const CORTEX_HOST: ImportFamily = {
  module: "cortex_host",
  title: "cortex_host",
  needs: ["host"],
  functions: functions({
    version: "() -> (i32)",
    call: "(i32, i32, i32, i32) -> (i32)",
    read: "(i32, i32) -> (i32)",
    list: "() -> (i32)",
    error_text: "(i32, i32) -> (i32)",
  }),
  load: () => import("./provider.ts"),
};
