/** Values as `JSON.stringify` would write them, without writing them. */

/** A value's kind, as JSON Schema names it. */
export type JsonKind =
  | "null"
  | "boolean"
  | "number"
  | "string"
  | "array"
  | "object";

/** What JSON has in a value's place; undefined when it is left out. */
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

/** An item of a list, where JSON leaves nothing out. */
export function itemAsJson(value: unknown): unknown {
  return asJson(value) ?? null;
}

/** The kind of what {@linkcode asJson} answered. */
export function kindOf(value: unknown): JsonKind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as JsonKind;
}

/** An object that is not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The keys that JSON has of an object. */
export function keysOf(value: Record<string, unknown>): string[] {
  return Object.keys(value).filter((key) => asJson(value[key]) !== undefined);
}

/** One text for all values that are equal as JSON; two for others. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(
    value,
    (_, member: unknown) =>
      isRecord(member)
        ? Object.fromEntries(
          // A prefix keeps numbers apart from the order that engines give them.
          Object.keys(member).sort().map((key) => [`.${key}`, member[key]]),
        )
        : member,
  );
}

function isConvertible(value: object): value is { toJSON(): unknown } {
  return typeof (value as { toJSON?: unknown }).toJSON === "function";
}
