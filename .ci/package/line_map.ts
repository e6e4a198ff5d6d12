/**
 * Source maps cut down to lines. A whole map of the runner takes Deno 14 ms to
 * read at every start, and a stack needs the file and the line only.
 * https://tc39.es/ecma426/#sec-mappings
 */

/** The members of a source map that matter here. */
export interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

const DIGITS =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const DIGIT_BITS = 5;
const MORE = 1 << DIGIT_BITS;

/** Maps each line to where what it begins with comes from. */
export function lineMap({ sources, mappings }: SourceMap): string {
  const reader = new Segments();
  const writer = new Segments();
  const lines = mappings.split(";").map((line) => {
    const segments = line === "" ? [] : line.split(",");
    const places = segments.map((segment) => reader.read(segment));
    const first = places.find((place) => place !== undefined);
    return first ? writer.write(first) : "";
  });
  return JSON.stringify({ version: 3, sources, mappings: lines.join(";") });
}

/** Source, line and column. */
type Place = readonly [source: number, line: number, column: number];

/** Segments of a map hold what changed since the one before. */
class Segments {
  #last: Place = [0, 0, 0];

  /** Undefined for what comes from no source. */
  read(segment: string): Place | undefined {
    const [, source, line, column] = numbers(segment);
    if (source === undefined) return undefined;
    const [lastSource, lastLine, lastColumn] = this.#last;
    this.#last = [lastSource + source, lastLine + line!, lastColumn + column!];
    return this.#last;
  }

  /** A segment that holds for a whole line. */
  write(place: Place): string {
    const changes = place.map((value, i) => value - this.#last[i]!);
    this.#last = place;
    return [0, ...changes].map(digits).join("");
  }
}

/** Numbers of variable length, the sign in the lowest bit. */
function numbers(text: string): number[] {
  const found: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    value |= (digit & (MORE - 1)) << shift;
    shift += DIGIT_BITS;
    if (digit & MORE) continue;
    found.push(value & 1 ? -(value >> 1) : value >> 1);
    value = shift = 0;
  }
  return found;
}

function digits(value: number): string {
  let left = value < 0 ? -value << 1 | 1 : value << 1;
  let text = "";
  do {
    const digit = left & (MORE - 1);
    left >>>= DIGIT_BITS;
    text += DIGITS[left > 0 ? digit | MORE : digit];
  } while (left > 0);
  return text;
}
