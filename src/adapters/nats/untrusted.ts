/** Accessors for untrusted JSON from other machines. */

/** An object with untrusted members. */
export type Untrusted = { readonly [member: string]: unknown };

/** Whether a value is an object, but not an array or null. */
export function isObject(value: unknown): value is Untrusted {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A string, truncated; undefined for anything else. */
export function text(value: unknown, most: number): string | undefined {
  return typeof value === "string" ? value.slice(0, most) : undefined;
}

/** A non-negative number; undefined for anything else. */
export function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0
    ? value
    : undefined;
}

/** A non-negative integer; undefined for anything else. */
export function whole(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? number(value) : undefined;
}
