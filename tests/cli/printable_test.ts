import { assertEquals } from "@std/assert";
import { printable, printableLines } from "../../src/cli/printable.ts";

Deno.test("printable shows what steers a terminal", () => {
  assertEquals(printable("\u001b[31mred"), "\\u001b[31mred");
  assertEquals(printable("\u009b31m\u007f\u0000"), "\\u009b31m\\u007f\\u0000");
  assertEquals(printable("a\r\nb"), "a\\u000d\\u000ab");
  assertEquals(printable("\u202etxt.exe\u2066"), "\\u202etxt.exe\\u2066");
  assertEquals(printable("\ud800"), "\\ud800");
});

Deno.test("printable leaves every language and emoji alone", () => {
  const text = 'naïve Привет 日本語 👩\u200d💻 "quoted" \\u0041';
  assertEquals(printable(text), text);
});

Deno.test("printable leaves the value of JSON alone", () => {
  const value = { text: "\u009b\u202e\u2028\u007f\u001b\n\ud83d\ude00" };
  assertEquals(JSON.parse(printable(JSON.stringify(value))), value);
});

Deno.test("printableLines keeps lines and tabs", () => {
  assertEquals(printableLines("a\tb\n\u001bc"), "a\tb\n\\u001bc");
});
