import { assert, assertEquals } from "@std/assert";
import { ByteReplacer } from "../../../src/network/secrets/byte_replacer.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function replacer(...pairs: readonly [string, string][]): ByteReplacer {
  return new ByteReplacer(
    pairs.map(([from, to]) => ({ from: encode(from), to: encode(to) })),
  );
}

Deno.test("ByteReplacer replaces the same, however the stream is cut", () => {
  const replace = replacer(["secret", "S"], ["secret-two", "T"], ["cre", "C"]);
  const text = "a secret secre secret-tw secret-two crecre secsecret secret-t";
  const whole = "a S seC S-tw T CC secS S-t";
  assertEquals(decode(replace.replace(encode(text))), whole);
  for (let size = 1; size < text.length; size++) {
    const stream = replace.stream();
    let found = "";
    for (let at = 0; at < text.length; at += size) {
      found += decode(stream.push(encode(text.slice(at, at + size))));
    }
    assertEquals(found + decode(stream.end()), whole, `pieces of ${size}`);
  }
});

Deno.test("ByteReplacer holds back no more than what may be a beginning", () => {
  const stream = replacer(["secret", "S"]).stream();
  assertEquals(decode(stream.push(encode("all of it,"))), "all of it,");
  assertEquals(decode(stream.push(encode("and sec"))), "and ");
  assertEquals(decode(stream.push(encode("ond"))), "second");
  assertEquals(decode(stream.push(encode("secre"))), "");
  assertEquals(decode(stream.end()), "secre");
});

Deno.test("ByteReplacer leaves bytes alone that hold nothing", () => {
  const replace = replacer(["secret", "S"]);
  const bytes = encode("nothing here: secre");
  assertEquals(replace.replace(bytes), bytes);
  assert(!replace.isIn(bytes));
  assert(replace.isIn(encode("the secret")));
  assertEquals(replacer().stream().push(bytes), bytes);
});
