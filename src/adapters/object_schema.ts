/** Parameters as model providers want them: an object schema that says so. */

import type { JsonValue, ToolSchema } from "../../mod.ts";

/** A JSON Schema of an object. */
export interface ObjectSchema {
  /** Providers refuse parameters without it. */
  type: "object";
  /** Providers refuse some without it. */
  properties: { [name: string]: JsonValue };
  /** Everything else that the tool says of them. */
  [keyword: string]: JsonValue;
}

/** A tool's parameters, with what providers ask for, as a copy. */
export function objectSchema({ parameters }: ToolSchema): ObjectSchema {
  const { properties, ...rest } = structuredClone(parameters);
  return {
    ...rest,
    type: "object",
    properties: (properties ?? {}) as ObjectSchema["properties"],
  };
}
