import { assertEquals } from "@std/assert";
import { collectMessages, messagesOf } from "./collect_messages.ts";

const RECORDED = new URL("./recorded.txt", import.meta.url);
const ROOT = new URL("../../", import.meta.url);

Deno.test("messagesOf finds prose, and what is filled in", () => {
  const source = [
    "/** A comment is no message. */",
    'const name = "maxBytes", flag = "--max-time";',
    "throw new Error(`Cannot read ${quote(path)}: ${",
    '  why ?? "there is no such file"',
    "}`);",
    'const long = "One line " + word + ` and ${other}` + " lines";',
    'const code = "local.get 0 drop end";',
  ].join("\n");
  assertEquals(messagesOf(source).sort(), [
    "Cannot read …: …",
    "One line … and … lines",
    "there is no such file",
  ]);
});

// Every message stands in one list, so that they can be read side by side.
// `deno task messages` writes it anew.
Deno.test("Every message is in the list, and the list has no others", async () => {
  const messages = await collectMessages(ROOT);
  if (Deno.args.includes("--record")) {
    await Deno.writeTextFile(RECORDED, messages);
  }
  const recorded = await Deno.readTextFile(RECORDED);
  assertEquals(messages.split("\n"), recorded.split("\n"));
});
