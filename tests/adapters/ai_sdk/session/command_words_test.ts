import { assertEquals, assertThrows } from "@std/assert";
import {
  CommandRefused,
  commandWords,
} from "../../../../src/adapters/ai_sdk/session/command_words.ts";

Deno.test("commandWords cuts words as a shell does, and keeps what quotes hold", () => {
  const cases: [string, string[]][] = [
    ["ls", ["ls"]],
    ["  copy\ta   b  ", ["copy", "a", "b"]],
    ["copy 'a b' \"c d\"", ["copy", "a b", "c d"]],
    ["say a'b'\"c\"d", ["say", "abcd"]],
    ["say '' \"\"", ["say", "", ""]],
    ["say '$HOME `x` \\ ; | * \n'", ["say", "$HOME `x` \\ ; | * \n"]],
    ['say "a; b | c > d\n(*)" ', ["say", "a; b | c > d\n(*)"]],
    ['say "\\"x\\" \\\\ \\n"', ["say", '"x" \\ \\n']],
    ["say a\\ b \\$x \\'", ["say", "a b", "$x", "'"]],
    ["say a=b x~y a#b c!d 1,2 --flag=3 @x %y ^z", [
      ..."say a=b x~y a#b c!d 1,2 --flag=3 @x %y ^z".split(" "),
    ]],
    ["say \u00e4 \u{1f600}", ["say", "\u00e4", "\u{1f600}"]],
    ["'copy' a", ["copy", "a"]],
    ["\n ls\n\t", ["ls"]],
  ];
  for (const [command, words] of cases) {
    assertEquals(commandWords(command), words, command);
  }
});

Deno.test("commandWords refuses what is for a shell, and says what and where", () => {
  const cases: [string, string][] = [
    ["", "it is empty"],
    [" \t ", "it is empty"],
    ["a | b", 'no pipes ("|" at character 3)'],
    ["a || b", "no pipes"],
    ["a & b", "no second or background command"],
    ["a && b", "no second or background command"],
    ["a; b", "no second command"],
    ["a\nb", "no second line"],
    ["a\rb", "no second line"],
    ["a \\\nb", "no second line"],
    ["a > b", "no redirections"],
    ["a 2>&1", "no redirections"],
    ["a < b", "no redirections"],
    ["a <<X", "no redirections"],
    ["a <(b)", "no redirections"],
    ["(a)", "no subshells"],
    ["a $(b)", "no variables"],
    ["a $b", "no variables"],
    ["a ${b}", "no variables"],
    ['a "$b"', 'no variables ("$" at character 4)'],
    ['a "`b`"', "no substitutions"],
    ["a `b`", "no substitutions"],
    ["a *.txt", "no patterns"],
    ["a b?", "no patterns"],
    ["a [b]", "no patterns"],
    ["a {b,c}", "no groups"],
    ["{ a; }", "no groups"],
    ["a ~/b", "no home folder"],
    ["# a", "no comments"],
    ["a # b", "no comments"],
    ["! a", "no negations"],
    ["A=b c", "no variables before it; set env"],
    ["a 'b", "a single quote is not closed"],
    ['a "b', "a double quote is not closed"],
    ['a "b\\"', "not closed"],
    ["a \\", "nothing follows its last backslash"],
    ["a \0b", "it has a NUL"],
    ["a 'b\0'", "it has a NUL"],
    ['a "b\0"', "it has a NUL"],
    [`a ${"b".repeat(200_000)}`, "limit is 131072"],
  ];
  for (const [command, why] of cases) {
    assertThrows(() => commandWords(command), CommandRefused, why, command);
  }
  assertThrows(
    () => commandWords(7 as unknown as string),
    TypeError,
    "expected text",
  );
});
