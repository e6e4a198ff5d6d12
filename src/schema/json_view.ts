/**
 * Views values as `JSON.stringify` would write them, without serializing them.
 */

/** A value's kind, as JSON Schema names it. */
export type JsonKind =
  | "null"
  | "boolean"
  | "number"
  | "string"
  | "array"
  | "object";

/** What JSON has in place of a value; undefined if it is left out. */
export function asJson(value: unknown): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : null;
    case "object":
      return value === null || !isConvertible(value)
        ? value
        : asJson(value.toJSON());
    default:
      return undefined;
  }
}

/** What JSON has in place of an array item, where nothing is left out. */
export function itemAsJson(value: unknown): unknown {
  return asJson(value) ?? null;
}

/** The kind of a value that {@linkcode asJson} returned. */
export function kindOf(value: unknown): JsonKind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as JsonKind;
}

/** Whether a value is an object but not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The keys of an object that JSON includes. */
export function keysOf(value: Record<string, unknown>): string[] {
  return Object.keys(value).filter((key) => asJson(value[key]) !== undefined);
}

/**
 * A canonical text: the same for two values exactly if they are equal as JSON.
 */
export function canonicalText(value: unknown): string {
  return JSON.stringify(
    value,
    (_, member: unknown) =>
      isRecord(member)
        ? Object.fromEntries(
          // The prefix preserves the sorted order: engines enumerate integer
          // keys first, in numeric order.
          Object.keys(member).sort().map((key) => [`.${key}`, member[key]]),
        )
        : member,
  );
}

function isConvertible(value: object): value is { toJSON(): unknown } {
  return typeof (value as { toJSON?: unknown }).toJSON === "function";
}
