/** Functions of the host that take and return numbers, each by its own name. */

import { functions, type ImportFamily } from "../import_family.ts";

/**
 * Its functions are those that a configuration names; a guest imports them with
 * the types that it says there.
 */
export const CORTEX_HOST_NUMERIC: ImportFamily = {
  module: "cortex_host_numeric",
  title: "cortex_host_numeric",
  needs: ["host"],
  functions: functions({}),
  isOpen: true,
  load: () => import("./provider.ts"),
};
