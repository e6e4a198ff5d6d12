/**
 * The process of one package and one attack: `FAMILY SUBJECT ATTACK TIMEOUT
 * BYTES`, the three as numbers. It says on standard output when it begins and
 * what came of it, a line of JSON each; whoever started it looks at its time
 * and memory from outside, as it may not come back.
 */

import { FAMILIES } from "./families.ts";
import {
  CANARY,
  CANARY_NAME,
  HARMLESS_ANSWER,
  type OpenSubject,
} from "./subject.ts";

/** What comes after the attack has time to show. */
const AFTERWARDS_MS = 2_500;
const WARMING_RUNS = 5;
const MOST_RUNS = 40;
const LAST_RUNS = 5;
const WARMING_MS = 500;

const [family = "", subject, attack, timeoutMs, memoryBytes] = Deno.args;
(globalThis as Record<string, unknown>)[CANARY_NAME] = CANARY;
await main();
Deno.exit(0);

async function main(): Promise<void> {
  const { attacks, harmless, subjects } = await FAMILIES[family]!();
  const opened = await subjects[Number(subject)]!.open({
    timeoutMs: Number(timeoutMs),
    memoryBytes: Number(memoryBytes),
  });
  await warm(opened, harmless);
  say({ event: "ready" });
  const started = performance.now();
  const said = await opened.run(attacks[Number(attack)]!.attack).then(
    (value) => ({ ended: "value", text: textOf(value) }),
    (error) => ({ ended: "error", text: textOf(error) }),
  );
  say({
    event: "answered",
    ms: performance.now() - started,
    ended: said.ended,
    text: said.text.slice(0, 200),
    escaped: said.text.includes(CANARY),
  });
  await new Promise((resolve) => setTimeout(resolve, AFTERWARDS_MS));
  say({ event: "next", works: await works(opened, harmless) });
}

/** Whether it still runs programs; a busy machine gets a few tries. */
async function works(
  { run }: OpenSubject<unknown>,
  harmless: unknown,
): Promise<boolean> {
  for (let time = 0; time < LAST_RUNS; time++) {
    const next = await run(harmless).catch(() => undefined);
    if (next === HARMLESS_ANSWER) return true;
  }
  return false;
}

/** A cold package may be too late, and goes on in the background for a while. */
async function warm(
  { run }: OpenSubject<unknown>,
  harmless: unknown,
): Promise<void> {
  let answered = 0;
  let failure: unknown;
  for (let time = 0; time < MOST_RUNS && answered < WARMING_RUNS; time++) {
    try {
      if (await run(harmless) === HARMLESS_ANSWER) answered++;
    } catch (error) {
      failure = error;
    }
  }
  if (answered === 0) {
    throw failure ?? new Error("What is harmless is answered with another");
  }
  await new Promise((resolve) => setTimeout(resolve, WARMING_MS));
}

function say(line: Record<string, unknown>): void {
  Deno.stdout.writeSync(
    new TextEncoder().encode(`${JSON.stringify(line)}\n`),
  );
}

function textOf(thrown: unknown): string {
  try {
    return typeof thrown === "object" && !(thrown instanceof Error)
      ? JSON.stringify(thrown)
      : String(thrown);
  } catch {
    return "something that can't be shown";
  }
}
