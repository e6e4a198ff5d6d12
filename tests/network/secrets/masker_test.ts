import { assert, assertEquals, assertLess } from "@std/assert";
import { Masker } from "../../../src/network/secrets/masker.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function masker(...pairs: readonly [value: string, mask: string][]): Masker {
  return new Masker(
    pairs.map(([value, mask]) => ({ value, mask, weight: 512 })),
  );
}

function inPieces(masker: Masker, text: string, size: number): string {
  const stream = masker.stream();
  const bytes = encode(text);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    parts.push(stream.push(bytes.slice(at, at + size)));
  }
  parts.push(stream.end());
  return parts.map(decode).join("");
}

Deno.test("Masker masks the same, however the stream is cut", () => {
  const one = masker(["secret", "S"], ["secret-two", "T"], ["creed", "C"]);
  const text =
    "a secret secre secret-tw secret-two crecreed secsecret secret-t";
  const whole = "a S secre S-tw T creC secS S-t";
  assertEquals(one.mask(text).text, whole);
  for (let size = 1; size < text.length; size++) {
    assertEquals(inPieces(one, text, size), whole, `pieces of ${size}`);
  }
});

Deno.test("Masker makes one of what overlaps, and two of what touches", () => {
  const one = masker(["abcde", "{1}"], ["defgh", "{2}"]);
  for (const size of [1, 3, 100]) {
    assertEquals(inPieces(one, "-abcdefgh-", size), "-{1}-");
    assertEquals(inPieces(one, "-abcdedefgh-", size), "-{1}{2}-");
  }
});

Deno.test("Masker holds back no more than what may be a beginning", () => {
  const stream = masker(["secret", "S"]).stream();
  assertEquals(decode(stream.push(encode("all of it,"))), "all of it,");
  assertEquals(decode(stream.push(encode("and sec"))), "and ");
  assertEquals(decode(stream.push(encode("ond"))), "second");
  assertEquals(decode(stream.push(encode("secre"))), "");
  assertEquals(decode(stream.end()), "secre");
});

Deno.test("Masker knows every character in every escape, in any mixture and case, twice over", () => {
  const value = `A/b+"c'd<e>&f=g?h i\\j%k`;
  const one = masker([value, "{{KEY}}"]);
  const hex = (character: string) =>
    character.charCodeAt(0).toString(16).padStart(2, "0");
  const ways: readonly ((character: string) => string)[] = [
    (it) => it,
    (it) => `\\u00${hex(it)}`,
    (it) => `\\u00${hex(it).toUpperCase()}`,
    (it) => `\\x${hex(it)}`,
    (it) => /[a-z0-9 ]/i.test(it) ? it : `\\${it}`,
    (it) => `%${hex(it)}`,
    (it) => `%${hex(it).toUpperCase()}`,
    (it) => `&#${it.charCodeAt(0)};`,
    (it) => `&#000${it.charCodeAt(0)};`,
    (it) => `&#x${hex(it)};`,
    (it) => `&#X${hex(it).toUpperCase()};`,
    (it) => NAMES[it] ?? it,
    // The characters that begin escapes can't stand for themselves here.
  ];
  const spell = (text: string, way: (at: number) => number) =>
    [...text].map((it, at) => {
      const chosen = ways[way(at) % ways.length]!(it);
      return chosen === it && /[\\%&]/.test(it) ? `\\u00${hex(it)}` : chosen;
    }).join("");
  for (let way = 1; way < ways.length; way++) {
    const all = spell(value, () => way);
    const mixed = spell(value, (at) => at * way);
    const twice = spell(mixed, () => way);
    for (const spelled of [all, mixed, twice, all.toLowerCase()]) {
      for (const size of [1, 5, 10_000]) {
        const found = inPieces(one, `<${spelled}> ${spelled}.`, size);
        assertEquals(found, "<{{KEY}}> {{KEY}}.", spelled);
      }
    }
  }
});

const NAMES: Readonly<Record<string, string>> = {
  "/": "&sol;",
  "+": "&plus;",
  '"': "&quot;",
  "'": "&apos;",
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  "=": "&equals;",
  "?": "&quest;",
  "\\": "&bsol;",
  "%": "&percnt;",
};

Deno.test("Masker finds base64 of short secrets, in lines, of URLs and escaped", () => {
  for (const value of ["key4", "~~~~", "five5", "???>>>"]) {
    const one = masker([value, "{{K}}"]);
    for (const before of ["", "a", "ab"]) {
      const plain = btoa(`${before}${value}!!`);
      const url = plain.replaceAll("+", "-").replaceAll("/", "_");
      const lines = plain.replace(/.{3}/g, "$&\r\n");
      const json = plain.replaceAll("/", "\\/").replaceAll("+", "\\u002B");
      for (const spelled of [plain, url, lines, json]) {
        const { text } = one.mask(`token=${spelled};`);
        assert(text.includes("{{K}}"), `${value}: ${spelled}: ${text}`);
      }
    }
  }
});

Deno.test("Masker takes linear time, whatever the secret and the stream are", () => {
  const value = `${"a".repeat(8191)}b`;
  const one = masker([value, "{{K}}"]);
  const streams = [
    "a".repeat(500_000),
    "a\\".repeat(250_000),
    "&".repeat(500_000),
    `${"a".repeat(8000)}\\`.repeat(60),
    "&#x0000000000".repeat(40_000),
  ];
  for (const text of streams) {
    const start = performance.now();
    inPieces(one, text, 100);
    assertLess(performance.now() - start, 3000, text.slice(0, 20));
  }
});

Deno.test("What masked text counts as tells no length of a secret", () => {
  const counts = [5, 9, 30, 64].map((length) => {
    const stream = masker(["x".repeat(length), "{{K}}"]).stream();
    stream.push(encode(`before ${"x".repeat(length)} behind`));
    stream.end();
    return stream.counted;
  });
  assertEquals(new Set(counts).size, 1);
});
