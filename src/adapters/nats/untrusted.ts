/** Values out of another machine's JSON, whose types nobody vouches for. */

/** An object of which only the shape is known. */
export type Untrusted = { readonly [member: string]: unknown };

/** Whether it is an object, and neither a list nor null. */
export function isObject(value: unknown): value is Untrusted {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text, cut to a length; undefined when it is something else. */
export function text(value: unknown, most: number): string | undefined {
  return typeof value === "string" ? value.slice(0, most) : undefined;
}

/** A number from 0 up; undefined when it is something else. */
export function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0
    ? value
    : undefined;
}

/** A whole number from 0 up; undefined when it is something else. */
export function whole(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? number(value) : undefined;
}
