/**
 * Declares `cortex_host_numeric`: host functions that take and return numbers.
 */

import { functions, type ImportFamily } from "../import_family.ts";

/**
 * Its functions are those of the configuration; a guest imports them with the
 * configured types.
 */
export const CORTEX_HOST_NUMERIC: ImportFamily = {
  module: "cortex_host_numeric",
  title: "cortex_host_numeric",
  needs: ["host"],
  functions: functions({}),
  isOpen: true,
  load: () => import("./provider.ts"),
};
