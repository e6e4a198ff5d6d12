/** Tests of test262: what their heads say, and which of them are core. */

/** A test, in one mode. */
export interface Test {
  /** Below `test/`, with `#strict` after it where it is run in strict mode. */
  readonly id: string;
  /** The harness of it, as one script. */
  readonly prelude: string;
  readonly source: string;
  readonly isAsync: boolean;
  /** The name of the error that it has to end with, if it has to. */
  readonly negative: string | undefined;
}

/** Core: what the language has, and no host has to offer more for. */
const CORE = ["test/language", "test/built-ins"];
/** What QuickJS-NG does not have, or a host only. */
const LEFT_OUT =
  /^(language\/(module-code|import|export|expressions\/(dynamic-import|import\.meta))|built-ins\/(Temporal|ShadowRealm|AbstractModuleSource|Atomics\/(wait|notify|waitAsync)))\b/;
const HOST = /\$262|\$DETACHBUFFER|atomicsHelper|\bcreateRealm\b/;
const FLAG = /^flags: *\[([^\]]*)\]/m;
const INCLUDES = /^includes: *\[([^\]]*)\]/m;
const INCLUDE_LIST = /^includes: *\n((?: *- *\S+\n)+)/m;
const NEGATIVE = /^negative:\n(?: +phase: *(\w+)\n)? *type: *(\w+)/m;

/** Says when an asynchronous test is done, as a promise of the program. */
const DONE = `var __done, __isDone = new Promise((yes, no) => {
  __done = (error) => error === undefined ? yes() : no(error);
});
__isDone.catch(() => {});
function $DONE(error) { __done(error); }
function print() {}
`;

/** Reads tests of a checkout. */
export class TestFolder {
  readonly #root: string;
  readonly #harness = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The paths of all core tests, below `test/`, in order. */
  paths(): string[] {
    const paths: string[] = [];
    for (const folder of CORE) this.#collect(folder, paths);
    return paths.sort();
  }

  /** A test in each of its modes; none where a host has to offer more. */
  read(path: string): Test[] {
    const text = Deno.readTextFileSync(`${this.#root}/test/${path}`);
    const head = text.slice(0, text.indexOf("---*/"));
    const flags = listOf(FLAG.exec(head)?.[1]);
    const isHostsWord = HOST.test(text) ||
      flags.some((flag) => /^(module|CanBlockIs|raw)/.test(flag));
    if (isHostsWord) return [];
    const isAsync = flags.includes("async");
    const negative = NEGATIVE.exec(head)?.[2];
    const prelude = this.#prelude(head, isAsync);
    if (prelude === undefined) return [];
    const one = { prelude, isAsync, negative };
    const modes: Test[] = [];
    if (!flags.includes("onlyStrict")) {
      modes.push({ ...one, id: path, source: text });
    }
    if (!flags.includes("noStrict")) {
      const source = `"use strict";\n${text}`;
      modes.push({ ...one, id: `${path}#strict`, source });
    }
    return modes;
  }

  #prelude(head: string, isAsync: boolean): string | undefined {
    const named = listOf(INCLUDES.exec(head)?.[1]);
    const listed = (INCLUDE_LIST.exec(head)?.[1] ?? "")
      .split("\n").map((line) => line.replace(/^ *- */, "").trim())
      .filter((name) => name !== "");
    const parts = ["assert.js", "sta.js", ...named, ...listed]
      .map((name) => this.#part(name));
    const whole = parts.join("\n");
    return HOST.test(whole) ? undefined : `${isAsync ? DONE : ""}${whole}`;
  }

  #part(name: string): string {
    const read = () => Deno.readTextFileSync(`${this.#root}/harness/${name}`);
    const known = this.#harness.get(name) ?? read();
    this.#harness.set(name, known);
    return known;
  }

  #collect(folder: string, paths: string[]): void {
    for (const entry of Deno.readDirSync(`${this.#root}/${folder}`)) {
      const path = `${folder}/${entry.name}`;
      const short = path.slice("test/".length);
      if (LEFT_OUT.test(short)) continue;
      if (entry.isDirectory) this.#collect(path, paths);
      else if (/(?<!_FIXTURE)\.js$/.test(path)) paths.push(short);
    }
  }
}

function listOf(text: string | undefined): string[] {
  return (text ?? "").split(",").map((one) => one.trim())
    .filter((one) => one !== "");
}
