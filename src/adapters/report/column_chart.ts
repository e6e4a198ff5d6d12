/** A column chart over time, as SVG that is accessible to screen readers. */

import { type Markup, markup } from "./markup.ts";

/** One column: the value at the bottom, and the value stacked on it. */
export interface Column {
  readonly label: string;
  readonly lower: number;
  readonly upper: number;
}

/** What a chart shows. */
export interface ColumnChart {
  /** A unique id in the page. */
  readonly id: string;
  readonly title: string;
  /** What it shows, as a sentence. */
  readonly description: string;
  readonly columns: readonly Column[];
  /** Formats a value for people. */
  readonly shown: (value: number) => string;
}

const WIDTH = 720;
const HEIGHT = 150;
const LEFT = 64;
const BOTTOM = 22;
const TOP = 8;
const LINES = 2;

/** Draws the chart. */
export function columnChart(chart: ColumnChart): Markup {
  const { id, title, description, columns, shown } = chart;
  const most = Math.max(...columns.map(({ lower, upper }) => lower + upper), 0);
  const scale = (HEIGHT - TOP - BOTTOM) / (most || 1);
  const step = (WIDTH - LEFT) / columns.length;
  const first = columns[0]?.label ?? "";
  const last = columns.at(-1)?.label ?? "";
  return markup`<figure>
<figcaption id="${id}">${title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id} ${id}-says">
<desc id="${id}-says">${description}</desc>
${gridLines(most, scale, shown)}
${columns.map((column, i) => drawColumn(column, i, step, scale, shown))}
<text x="${LEFT}" y="${HEIGHT - 4}">${first}</text>
<text x="${WIDTH}" y="${HEIGHT - 4}" text-anchor="end">${last}</text>
</svg>
</figure>`;
}

function drawColumn(
  { label, lower, upper }: Column,
  index: number,
  step: number,
  scale: number,
  shown: (value: number) => string,
): Markup {
  if (lower + upper === 0) return markup``;
  const x = LEFT + index * step;
  const width = Math.max(0.6, step * 0.86);
  const title = upper === 0
    ? `${label}: ${shown(lower)}`
    : `${label}: ${shown(lower)} and ${shown(upper)}`;
  return markup`<g><title>${title}</title>${
    bar("lower", x, width, 0, lower * scale)
  }${bar("upper", x, width, lower * scale, upper * scale)}</g>`;
}

function bar(
  name: string,
  x: number,
  width: number,
  from: number,
  height: number,
): Markup {
  if (height === 0) return markup``;
  // Even the smallest value is visible.
  const seen = Math.max(height, 1);
  const y = HEIGHT - BOTTOM - from - seen;
  return markup`<rect class="${name}" x="${round(x)}" y="${round(y)}" width="${
    round(width)
  }" height="${round(seen)}"/>`;
}

function gridLines(
  most: number,
  scale: number,
  shown: (value: number) => string,
): Markup[] {
  return Array.from({ length: LINES + 1 }, (_, i) => {
    const value = most * i / LINES;
    const y = round(HEIGHT - BOTTOM - value * scale);
    return markup`<line x1="${LEFT}" x2="${WIDTH}" y1="${y}" y2="${y}"/><text x="${
      LEFT - 6
    }" y="${y + 4}" text-anchor="end">${shown(value)}</text>`;
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
