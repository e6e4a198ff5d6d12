/** A regular expression as a tree. */

/** Whether a code point is in a set. */
export type CharacterSet = (code: number) => boolean;

/** An assertion about a position between two characters. */
export type Assertion = "start" | "end" | "word" | "notWord";

/** A part of a regular expression. */
export type PatternPart =
  | { readonly kind: "set"; readonly has: CharacterSet }
  | { readonly kind: "assertion"; readonly assertion: Assertion }
  | { readonly kind: "sequence"; readonly parts: readonly PatternPart[] }
  | { readonly kind: "choice"; readonly options: readonly PatternPart[] }
  | {
    readonly kind: "repeat";
    readonly part: PatternPart;
    readonly min: number;
    readonly max: number;
  };
