/** Where the members of a JSON document stand, for messages about them. */

/** The way to a member, from the outside in. */
export type JsonPath = readonly (string | number)[];

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** A container that is open. */
interface Open {
  readonly path: JsonPath;
  readonly isList: boolean;
  key: string | number;
  awaitsKey: boolean;
}

/** The lines of a document, which is JSON: that was found out before. */
export class JsonLines {
  readonly #lines = new Map<string, number>();

  constructor(text: string) {
    const open: Open[] = [];
    let [line, counted] = [1, 0];
    for (const { 0: token, index } of text.matchAll(TOKEN)) {
      line += newlines(text.slice(counted, index));
      counted = index;
      this.#take(token, line, open);
    }
  }

  /** The line of a member, or of the nearest around it that there is. */
  of(path: JsonPath): number {
    for (let length = path.length; length >= 0; length--) {
      const line = this.#lines.get(keyOf(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return 1;
  }

  /** Whether there is such a member. */
  has(path: JsonPath): boolean {
    return this.#lines.has(keyOf(path));
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
      this.#note([...top.path, top.key], line);
    } else {
      const path = top ? [...top.path, top.key] : [];
      this.#note(path, line);
      if (token === "{") {
        open.push({ path, isList: false, key: "", awaitsKey: true });
      } else if (token === "[") {
        open.push({ path, isList: true, key: 0, awaitsKey: false });
      }
    }
  }

  /** A member stands where its name does. */
  #note(path: JsonPath, line: number): void {
    const key = keyOf(path);
    if (!this.#lines.has(key)) this.#lines.set(key, line);
  }
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}

function keyOf(path: JsonPath): string {
  return JSON.stringify(path);
}
