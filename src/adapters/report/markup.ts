/** Templates for HTML and SVG: values are escaped unless they are markup. */

import { UNPRINTABLE } from "../../quote.ts";

/** Complete markup that is safe to insert into a page. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** The values that a template accepts. */
export type Content = string | number | Markup | readonly Markup[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A template whose values are escaped, as they may come from a guest. */
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
