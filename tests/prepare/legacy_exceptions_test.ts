import { assertEquals } from "@std/assert";
import { compareWays } from "../proof/random/compare.ts";
import { ModuleBuilder } from "./module_builder.ts";

const COUNT = "local.get 1 i32.const 1 i32.add local.set 1";
const DOWN = "local.get 0 i32.const 1 i32.sub local.tee 0";

/** Bodies over a parameter and a counter, and what they answer for 3. */
const BODIES: [string, string, string][] = [
  ["catch", `try void i32.const 7 throw 0 catch 0 local.set 1 end`, "7"],
  ["catch_all", `try void i32.const 7 throw 0 catch_all ${COUNT} end`, "1"],
  ["no throw", `try void ${COUNT} catch_all unreachable end`, "1"],
  [
    "a result",
    `try i32 i32.const 9 throw 0 catch 0 i32.const 1 i32.add end local.set 1`,
    "10",
  ],
  [
    "a callee that throws",
    `try void local.get 0 call 1 catch 0 local.set 1 end`,
    "4",
  ],
  [
    "a loop around",
    `loop void
       try void local.get 0 call 1 ${COUNT} catch 0 drop ${COUNT} ${COUNT} end
       ${DOWN} br_if 0
     end`,
    "6",
  ],
  [
    "a loop inside",
    `try void loop void ${COUNT} ${DOWN} br_if 0 end i32.const 0 throw 0
     catch 0 drop ${COUNT} end`,
    "4",
  ],
  [
    "rethrow",
    `try void
       try void i32.const 5 throw 0 catch 0 local.set 1 rethrow 0 end
     catch_all ${COUNT} end`,
    "6",
  ],
  [
    "delegate",
    `try void
       try void i32.const 8 throw 0 delegate 0
     catch 0 local.set 1 end`,
    "8",
  ],
  [
    "a branch out of a handler",
    `block void
       loop void
         try void i32.const 1 throw 0
         catch 0 drop ${COUNT} ${DOWN} i32.eqz br_if 2 br 1 end
       end
     end`,
    "3",
  ],
  [
    "a tail call that throws",
    `try void local.get 0 call 2 catch 0 local.set 1 end`,
    "4",
  ],
];

Deno.test("prepareModule keeps what legacy handlers do", () => {
  for (const [name, code, expected] of BODIES) {
    const module = new ModuleBuilder();
    const type = module.type(["i32"], ["i32"]);
    const thrower = module.type(["i32"]);
    module.tag(thrower)
      .func(type, `${code} local.get 1`, ["i32"])
      .func(thrower, "local.get 0 i32.const 1 i32.add throw 0")
      .func(thrower, "local.get 0 return_call 1")
      .export("f", "function", 0);
    const { outcome, difference } = compareWays(module.build());
    assertEquals(difference, undefined, name);
    assertEquals(outcome.split("\n")[0], `f ${expected}`, name);
  }
});
