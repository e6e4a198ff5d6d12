// deno-lint-ignore-file no-console
/**
 * Runs the official test suite three ways in this Deno: as it is, guarded, and
 * guarded with fuel, and compares what every command comes to.
 *
 *     for f in *.wast; do
 *       wasm-tools json-from-wast $f -o OUT/$f.json --wasm-dir OUT/$f
 *     done
 *     deno run --allow-read tests/proof/suite/run.ts OUT/*.json
 */
import { NO_MODULE } from "./outcome.ts";
import { Script, type SuiteCommand } from "./script.ts";
import { Way } from "./way.ts";

interface Tally {
  files: number;
  assertions: number;
  equal: number;
  /** Commands on modules that were refused. */
  skipped: number;
  different: string[];
  refused: Map<string, number>;
}

function runFile(path: string, tally: Tally): void {
  const { commands } = JSON.parse(Deno.readTextFileSync(path)) as {
    commands: SuiteCommand[];
  };
  const folder = path.slice(0, path.lastIndexOf("/"));
  const read = (name: string) => Deno.readFileSync(`${folder}/${name}`);
  const bare = new Script(new Way("bare"), read);
  const others = (["guarded", "fuelled"] as const)
    .map((name) => ({ name, script: new Script(new Way(name), read) }));
  tally.files++;
  for (const command of commands) {
    const expected = bare.run(command);
    const outcomes = others.map(({ script }) => script.run(command));
    if (expected === undefined) continue;
    const refusal = outcomes.find((one) =>
      one !== undefined && REFUSED.test(one)
    );
    if (refusal !== undefined || outcomes.includes(NO_MODULE)) {
      if (refusal !== undefined) note(tally, refusal);
      else tally.skipped++;
      continue;
    }
    tally.assertions++;
    if (outcomes.every((one) => one === expected)) tally.equal++;
    else {
      const name = path.slice(path.lastIndexOf("/") + 1);
      tally.different.push(
        `${name}:${command.line} ${command.type}: ` +
          `bare ${expected}, guarded ${outcomes[0]}, fuelled ${outcomes[1]}`,
      );
    }
  }
}

/** How a refusal by policy starts, whichever class it has. */
const REFUSED = /^\w+: Cannot prepare module: /;

function note(tally: Tally, refusal: string): void {
  const reason = refusal.replace(REFUSED, "")
    .replace(/ \(at offset.*$/, "")
    .replace(/ is not allowed in a sandbox/, "")
    .replace(/ \(.*$/, "");
  tally.refused.set(reason, (tally.refused.get(reason) ?? 0) + 1);
}

if (import.meta.main) {
  const tally: Tally = {
    files: 0,
    assertions: 0,
    equal: 0,
    skipped: 0,
    different: [],
    refused: new Map(),
  };
  for (const path of Deno.args) runFile(path, tally);
  for (const line of tally.different) console.log(line);
  for (const [reason, count] of tally.refused) {
    console.log(`refused: ${count} modules, ${reason}`);
  }
  console.log(
    `${tally.files} files, ${tally.assertions} assertions, ` +
      `${tally.equal} equal, ${tally.different.length} different, ` +
      `${tally.skipped} skipped because their module was refused`,
  );
  if (tally.different.length > 0) Deno.exit(1);
}
