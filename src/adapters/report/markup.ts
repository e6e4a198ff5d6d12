/** Text for HTML and SVG: what is put in is escaped, unless it is markup. */

import { UNPRINTABLE } from "../../quote.ts";

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
