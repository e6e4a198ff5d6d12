/** Declares `cortex_http`, the network. */

import { functions, type ImportFamily } from "../import_family.ts";

/** The functions are documented where they are implemented. */
export const CORTEX_HTTP: ImportFamily = {
  module: "cortex_http",
  title: "cortex_http",
  needs: ["network"],
  functions: functions({
    version: "() -> (i32)",
    request: "(i32, i32, i32, i32) -> (i32)",
    response_head: "(i32, i32, i32) -> (i32)",
    read: "(i32, i32, i32) -> (i32)",
    wait: "(i32, i32, i32) -> (i32)",
    close: "(i32) -> (i32)",
    error_text: "(i32, i32) -> (i32)",
  }),
  load: () => import("./provider.ts"),
};
