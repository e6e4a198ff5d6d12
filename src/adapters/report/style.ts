/**
 * The style of a report, for light and dark color schemes, screen and print.
 */

import { Markup } from "./markup.ts";

/** The style sheet. */
export const STYLE: Markup = new Markup(`
:root {
  --paper: #fdfdfb; --ink: #1d2430; --faint: #5d6675; --line: #d9dde3;
  --lower: #2f6fbb; --upper: #c2500f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181f; --ink: #e6e9ee; --faint: #9aa4b2; --line: #333b47;
    --lower: #74a9e6; --upper: #f0935a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif;
}
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
p { margin: .25rem 0; color: var(--faint); }
.figures { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.5rem 0; }
.figures dt { color: var(--faint); font-size: .85rem; }
.figures dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
.key span::before {
  content: ""; display: inline-block; width: .8em; height: .8em;
  margin-right: .35em; background: var(--lower);
}
.key .upper::before { background: var(--upper); }
.key span { margin-right: 1rem; }
figure { margin: 1rem 0 0; }
figcaption { font-size: .9rem; color: var(--faint); }
svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--faint); font: 11px system-ui, sans-serif; }
svg line { stroke: var(--line); }
svg .lower { fill: var(--lower); }
svg .upper { fill: var(--upper); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; vertical-align: top; }
thead th { color: var(--faint); font-weight: 500; }
tbody th { font-weight: 600; }
tbody tr { border-top: 1px solid var(--line); }
td, tbody th { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; color: var(--faint); margin-top: 1rem; }
:focus-visible { outline: 2px solid var(--lower); outline-offset: 2px; }
@media print { details > * { display: block; } }
`);
