/** The attacks of modules. */

import { SectionId } from "../../../src/wasm/section.ts";
import type { NamedAttack } from "../subject.ts";
import {
  attackModule,
  type AttackParts,
  call,
  readFile,
  RUN,
  Texts,
} from "./attack_module.ts";

const MEBIBYTE = 2 ** 20;
const FOLDER = 3;
const MANY_TYPES = 200_000;
const MANY_LOCALS = 49_000;
const MANY_IFS = 10_000;
const MANY_PRODUCTS = 60_000;
const PAGES_OF_60_MIB = 960;
const HOUR_NS = 3_600_000_000_000n;

/** An endless loop around something that leaves a number. */
function endless(code: string, parts: Omit<AttackParts, "code"> = {}) {
  return { code: `loop void ${code} drop br 0 end i32.const 0`, ...parts };
}

function reading(path: string, before: (texts: Texts) => string = () => "") {
  const texts = new Texts();
  const first = before(texts);
  const read = readFile(texts.place(path));
  return { code: `${texts.code} ${first} ${read}` };
}

function link(texts: Texts, target: string, path: string): string {
  const made = texts.place(target);
  return `${call("path_symlink", ...made, FOLDER, ...texts.place(path))} drop`;
}

const LOOPS: Readonly<Record<string, AttackParts>> = {
  "an endless loop": { code: "loop void br 0 end i32.const 0" },
  "an endless loop at the start": {
    code: "i32.const 0",
    more(module) {
      const type = module.type([]);
      module.func(type, "loop void br 0 end");
      module.start(RUN + 2);
    },
  },
  "a call tree without end": {
    code: `i32.const 90 call ${RUN + 2}`,
    more(module) {
      const type = module.type(["i32"], ["i32"]);
      module.func(
        type,
        `local.get 0 i32.const 2 i32.lt_s if void local.get 0 return end
         local.get 0 i32.const 1 i32.sub call ${RUN + 2}
         local.get 0 i32.const 2 i32.sub call ${RUN + 2} i32.add`,
      );
    },
  },
  "recursion without end": { code: `call ${RUN}` },
  "filling 60 MiB again and again": endless(
    `i32.const 0 i32.const 7 i32.const ${
      60 * MEBIBYTE
    } memory.fill 0 i32.const 0`,
    { pages: PAGES_OF_60_MIB },
  ),
  "random bytes without end": endless(
    call("random_get", 0, 60 * MEBIBYTE),
    { pages: PAGES_OF_60_MIB },
  ),
  "giving way without end": endless(call("sched_yield")),
  "sleeping for an hour": {
    code: `
      i32.const 16 i32.const 1 i32.store 0 0 2
      i32.const 24 i64.const ${HOUR_NS} i64.store 0 0 3
      ${call("poll_oneoff", 0, 128, 1, 256)}`,
  },
  "printing without end": endless(
    `i32.const 0 i32.const 1024 i32.store 0 0 2
     i32.const 4 i32.const 65536 i32.store 0 0 2
     ${call("fd_write", 1, 0, 1, 8)}`,
  ),
};

const BOMBS: Readonly<Record<string, AttackParts>> = {
  "growing memory until it is refused": {
    code: `loop void
        i32.const 16 memory.grow 0 local.tee 0 i32.const -1 i32.ne if void
          local.get 0 i32.const 65536 i32.mul i32.const 1
          i32.const ${MEBIBYTE} memory.fill 0 br 1
        end end i32.const 0`,
  },
  "4 GiB of memory at the start": { code: "i32.const 0", pages: 65_536 },
  "growing a table until it is refused": {
    code: `loop void ref.null 112 i32.const 100000 table.grow 0
        i32.const -1 i32.ne br_if 0 end i32.const 0`,
    more: (module) => void module.table("funcref", 0),
  },
  "200,000 types": {
    code: "i32.const 0",
    more(module) {
      for (let i = 0; i < MANY_TYPES; i++) {
        // Each of another shape: twenty bits in four kinds of value.
        const params = Array.from(
          { length: 10 },
          (_, place) => [0x7f, 0x7e, 0x7d, 0x7c][i >> place * 2 & 3]!,
        );
        module.raw(SectionId.type, [0x60, params.length, ...params, 0]);
      }
    },
  },
  "50,000 locals and 10,000 branches in a function": {
    code: `call ${RUN + 2} i32.const 0`,
    more(module) {
      const type = module.type([]);
      module.func(
        type,
        "local.get 0 if void end ".repeat(MANY_IFS),
        new Array(MANY_LOCALS).fill("i32"),
      );
    },
  },
  "60,000 products for the optimizing compiler": {
    code: `loop void call ${RUN + 2} drop
        local.get 0 i32.const 1 i32.add local.tee 0
        i32.const 2000 i32.lt_u br_if 0 end i32.const 0`,
    more(module) {
      const type = module.type([], ["i32"]);
      module.func(
        type,
        `${
          "local.get 0 local.get 1 i32.mul local.get 2 i32.xor local.set 0 "
            .repeat(MANY_PRODUCTS)
        } local.get 0`,
        ["i32", "i32", "i32"],
      );
    },
  },
};

const ESCAPES: Readonly<Record<string, AttackParts>> = {
  "escape by ..": reading("../secret/canary.txt"),
  "escape by .. behind a folder": reading("sub/../../secret/canary.txt"),
  "escape by a link to a folder": reading("out/canary.txt"),
  "escape by a link to a file": reading("canary"),
  "escape by a link of its own": reading(
    "mine/canary.txt",
    (texts) => link(texts, "../secret", "mine"),
  ),
  "escape by a link that is moved up": reading("up/canary.txt", (texts) => {
    const move = [...texts.place("sub/up")];
    return `${link(texts, "../secret", "sub/up")} ${
      call(
        "path_rename",
        ...[FOLDER, ...move, FOLDER, ...texts.place("up")],
      )
    } drop`;
  }),
};

/** All of them, each built when it is asked for. */
export const ATTACKS: readonly NamedAttack<() => Uint8Array<ArrayBuffer>>[] =
  Object.entries({ ...LOOPS, ...BOMBS, ...ESCAPES }).map(([name, parts]) => ({
    name,
    attack: () => attackModule(parts),
  }));
