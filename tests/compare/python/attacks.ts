/** Hostile programs in Python. */

import { CANARY, CANARY_NAME, type NamedAttack } from "../subject.ts";

const LOOPS: Readonly<Record<string, string>> = {
  "an endless loop": "while True: pass",
  "an endless loop that catches everything":
    "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
  "a power that takes long in C": "x = 7 ** (10 ** 9)",
  "a pattern that backtracks": 'import re\nre.match(r"(a+)+$", "a" * 40 + "b")',
  "a sum of an endless iterator in C":
    "import itertools\nsum(itertools.repeat(1))",
  "sleeping for an hour": "import time\ntime.sleep(3600)",
};

const BOMBS: Readonly<Record<string, string>> = {
  "a list without end": "x = []\nwhile True: x.append(bytearray(1 << 20))",
  "4 GiB at once": "x = bytearray(1 << 32)",
  "recursion without end":
    "import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(): f()\nf()",
};

/** Each prints the secret if it finds it. */
const ESCAPES: Readonly<Record<string, string>> = {
  "escape by the environment":
    `import os\nprint(os.environ.get("${CANARY_NAME}"))`,
  "escape by JavaScript's global":
    `try:\n  import js\n  print(getattr(js, "${CANARY_NAME}", None))\nexcept Exception as e: print(e)`,
  "escape by the process":
    `try:\n  import js\n  print(js.Deno.env.get("${CANARY_NAME}"))\nexcept Exception as e: print(e)`,
  "escape by a file of the system":
    `try: print(open("/proc/self/environ").read())\nexcept Exception as e: print(e)`,
  "escape by code run in JavaScript":
    `try:\n  from pyodide.code import run_js\n  print(run_js("globalThis['${CANARY_NAME}']"))\nexcept Exception as e: print(e)`,
};

/** All of them; what they print is what they answer. */
export const ATTACKS: readonly NamedAttack<string>[] = Object.entries({
  ...LOOPS,
  ...BOMBS,
  ...ESCAPES,
}).map(([name, attack]) => ({ name, attack }));

/** What a program printed, or the secret where it is in there. */
export function printed(text: string): string | number {
  if (text.includes(CANARY)) return CANARY;
  return text.trim() === "42" ? 42 : text;
}
