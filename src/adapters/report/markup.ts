/** Text for HTML and SVG: what is put in is escaped, unless it is markup. */

/** Markup that is whole and safe to put in a page. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What a template may hold. */
export type Content = string | number | Markup | readonly Markup[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Controls, halves of pairs, and what turns the reading direction around. */
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A template whose values are escaped: they may be a guest's words. */
export function markup(
  parts: TemplateStringsArray,
  ...values: readonly Content[]
): Markup {
  return new Markup(String.raw({ raw: parts }, ...values.map(asMarkup)));
}

function asMarkup(value: Content): string {
  if (value instanceof Markup) return value.toString();
  if (Array.isArray(value)) return value.join("");
  return String(value)
    .replace(/[\t\n\r]/g, " ")
    .replace(UNPRINTABLE, "\u{fffd}")
    .replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}
