/** Line numbers of the members of a JSON document, for messages. */

/** The path to a member, outermost first. */
export type JsonPath = readonly (string | number)[];

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** A value, with the line of it or its name. */
interface Place {
  readonly line: number;
  readonly members: Map<string | number, Place>;
}

/** An open container. */
interface Open {
  readonly place: Place;
  readonly isList: boolean;
  key: string | number;
  awaitsKey: boolean;
}

/** The lines of a document that is known to be valid JSON. */
export class JsonLines {
  #root: Place | undefined;

  constructor(text: string) {
    const open: Open[] = [];
    let [line, counted] = [1, 0];
    for (const { 0: token, index } of text.matchAll(TOKEN)) {
      line += newlines(text.slice(counted, index));
      counted = index;
      this.#take(token, line, open);
    }
  }

  /** The line of a member, or of its nearest existing parent. */
  of(path: JsonPath): number {
    let place = this.#root;
    for (const key of path) {
      const inside = place?.members.get(key);
      if (!inside) break;
      place = inside;
    }
    return place?.line ?? 1;
  }

  /** Whether there is such a member. */
  has(path: JsonPath): boolean {
    let place = this.#root;
    for (const key of path) place = place?.members.get(key);
    return place !== undefined;
  }

  #take(token: string, line: number, open: Open[]): void {
    const top = open.at(-1);
    if (token === "," && top) {
      if (top.isList) top.key = Number(top.key) + 1;
      else top.awaitsKey = true;
    } else if (token === "}" || token === "]") {
      open.pop();
    } else if (token === ":" && top) {
      top.awaitsKey = false;
    } else if (top?.awaitsKey) {
      top.key = JSON.parse(token);
      placeIn(top, line);
    } else {
      const place = top ? placeIn(top, line) : newPlace(line);
      this.#root ??= place;
      if (token === "{") {
        open.push({ place, isList: false, key: "", awaitsKey: true });
      } else if (token === "[") {
        open.push({ place, isList: true, key: 0, awaitsKey: false });
      }
    }
  }
}

/** The place of a member is that of its name. */
function placeIn({ place: { members }, key }: Open, line: number): Place {
  const known = members.get(key) ?? newPlace(line);
  members.set(key, known);
  return known;
}

function newPlace(line: number): Place {
  return { line, members: new Map() };
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}
