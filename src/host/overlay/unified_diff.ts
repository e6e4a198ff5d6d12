/** The difference of two texts, as `diff -u` writes it. */

/** Lines of context around a change. */
const CONTEXT = 3;
/**
 * Maximum number of different lines before the whole text is shown as replaced.
 */
const MOST_EDITS = 1_000;

/** One line of the result, with its positions in the two texts. */
interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/** The hunks that turn one text into another; empty if they are equal. */
export function unifiedHunks(before: string, after: string): string {
  const lines = edits(linesOf(before), linesOf(after));
  return hunks(lines);
}

function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  const isEnded = lines.at(-1) === "";
  if (isEnded) lines.pop();
  else lines.push(`${lines.pop()}\n\\ No newline at end of file`);
  return lines;
}

/** Myers' algorithm, after removing the common prefix and suffix. */
function edits(a: readonly string[], b: readonly string[]): Line[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (
    end < a.length - start && end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  ) end++;
  return [
    ...a.slice(0, start).map(same),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ];
}

function same(text: string): Line {
  return { mark: " ", text };
}

function middle(a: readonly string[], b: readonly string[]): Line[] {
  const trace = shortestPath(a, b);
  if (!trace) {
    return [
      ...a.map((text): Line => ({ mark: "-", text })),
      ...b.map((text): Line => ({ mark: "+", text })),
    ];
  }
  const lines: Line[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = trace.length - 1; d >= 0; d--) {
    const reached = trace[d]!;
    const k = x - y;
    const isDown = k === -d ||
      (k !== d && at(reached, k - 1) < at(reached, k + 1));
    const previous = isDown ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : at(reached, previous);
    const fromY = d === 0 ? 0 : fromX - previous;
    while (x > fromX && y > fromY) {
      lines.push(same(a[--x]!));
      y--;
    }
    if (d === 0) break;
    if (isDown) lines.push({ mark: "+", text: b[--y]! });
    else lines.push({ mark: "-", text: a[--x]! });
  }
  return lines.reverse();
}

type Reached = ReadonlyMap<number, number>;

function at(reached: Reached, k: number): number {
  return reached.get(k) ?? -1;
}

/** The furthest point on each diagonal before each edit. */
function shortestPath(
  a: readonly string[],
  b: readonly string[],
): Reached[] | undefined {
  const reached = new Map<number, number>([[1, 0]]);
  const trace: Reached[] = [];
  for (let d = 0; d <= Math.min(a.length + b.length, MOST_EDITS); d++) {
    trace.push(new Map(reached));
    for (let k = -d; k <= d; k += 2) {
      const isDown = k === -d ||
        (k !== d && at(reached, k - 1) < at(reached, k + 1));
      let x = isDown ? at(reached, k + 1) : at(reached, k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reached.set(k, x);
      if (x >= a.length && x - k >= b.length) return trace;
    }
  }
  return undefined;
}

function hunks(lines: readonly Line[]): string {
  const changed = lines.flatMap(({ mark }, index) => mark === " " ? [] : index);
  const ranges: [number, number][] = [];
  for (const index of changed) {
    const last = ranges.at(-1);
    if (last && index - CONTEXT <= last[1]) last[1] = index + CONTEXT + 1;
    else ranges.push([Math.max(0, index - CONTEXT), index + CONTEXT + 1]);
  }
  let [old, now, at] = [1, 1, 0];
  let text = "";
  for (const [from, to] of ranges) {
    for (; at < from; at++) [old, now] = [old + 1, now + 1];
    const part = lines.slice(from, to);
    const olds = part.filter(({ mark }) => mark !== "+").length;
    const news = part.filter(({ mark }) => mark !== "-").length;
    text += `@@ -${range(old, olds)} +${range(now, news)} @@\n` +
      part.map(({ mark, text }) => `${mark}${text}\n`).join("");
    at += part.length;
    old += olds;
    now += news;
  }
  return text;
}

function range(start: number, count: number): string {
  return `${count === 0 ? start - 1 : start},${count}`;
}
