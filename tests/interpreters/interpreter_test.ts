import { assert, assertEquals } from "@std/assert";
import { interpreterBytes } from "../../src/interpreters/javascript/interpreter_bytes.ts";
import { outside, Realm } from "./realm.ts";

const FOLDER = new URL(
  "../../src/interpreters/javascript/",
  import.meta.url,
);
const ALLOWED = [
  "cortex_host.call",
  "cortex_host.error_text",
  "cortex_host.read",
  "cortex_http.close",
  "cortex_http.error_text",
  "cortex_http.read",
  "cortex_http.request",
  "cortex_http.response_head",
  "cortex_http.wait",
  "wasi_snapshot_preview1.clock_time_get",
  "wasi_snapshot_preview1.fd_write",
  "wasi_snapshot_preview1.poll_oneoff",
  "wasi_snapshot_preview1.random_get",
];

Deno.test("The interpreter is the one that was recorded, and asks for little", async () => {
  const bytes = await interpreterBytes();
  const record = JSON.parse(
    await Deno.readTextFile(new URL("interpreter.json", FOLDER)),
  );
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  assertEquals(record.module, { bytes: bytes.length, sha256: hash.toHex() });
  const module = new WebAssembly.Module(bytes);
  const imports = WebAssembly.Module.imports(module)
    .map(({ module, name }) => `${module}.${name}`);
  assertEquals(imports.sort(), ALLOWED);
  const licence = await Deno.readTextFile(new URL("QUICKJS_LICENSE", FOLDER));
  assert(licence.includes("Fabrice Bellard"));
});

const URLS: readonly (readonly [string, string?])[] = [
  ["https://example.com"],
  ["HTTPS://User:Pa%20ss@EXAMPLE.com:443/a/../b/./c?x=1&y=a b#frag ment"],
  ["http://example.com:8080"],
  ["../c?d", "https://example.com/a/b"],
  ["//other.com/x", "https://example.com/a/b"],
  ["/abs", "https://example.com/a/b?c"],
  ["?only=query", "https://example.com/a/b?c#d"],
  ["#hash", "https://example.com/a/b?c#d"],
  ["", "https://example.com/a/b?c#d"],
  ["https://example.com/ünïcode/π?q=ü#é"],
  ["http://192.168.0.1.:80/"],
  ["http://0x7f.1/"],
  ["http://[::1]:3000/x"],
  ["https:\\\\example.com\\a\\b"],
  ["mailto:someone@example.com"],
  ["data:text/plain,hello"],
  ["file:///etc/passwd"],
  ["https://example.com/%2e%2e/a"],
  ["https://example.com:99999/"],
  ["not a url"],
  ["http://"],
  ["http://a b/"],
  ["https://example.com/a?b=<c>'d"],
];

Deno.test("URLs are read as the host's own URL reads them", async () => {
  await using realm = new Realm();
  const show = `(url, base) => {
    const { href, origin, protocol, username, password, host, hostname, port,
      pathname, search, hash } = new URL(url, base);
    return [href, origin, protocol, username, password, host, hostname, port,
      pathname, search, hash].join(" | ");
  }`;
  const all = `const show = ${show};
    return ${JSON.stringify(URLS)}.map((one) => {
      try { return show(...one) } catch (error) { return error.name }
    })`;
  const expected = new Function(all)();
  assertEquals(await realm.run(all), expected);
});

/** Programs that give the same in the box and outside of it. */
const SAME: Readonly<Record<string, string>> = {
  "text as bytes": `const bytes = new TextEncoder().encode("aü€😀\\ud800");
    return [[...bytes], new TextDecoder().decode(bytes),
      new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff]))]`,
  "fatal decoding": `try {
    return new TextDecoder("utf8", { fatal: true }).decode(new Uint8Array([0xff]))
  } catch (error) { return error.name }`,
  "base64": `return [btoa("hello ÿ"), atob("aGk=")]`,
  "base64 that is none": `try { return atob("a") } catch (e) { return e.name }`,
  "clones": `const one = { a: [1, , 3], d: new Date(0), m: new Map([[{}, 1]]),
      s: new Set([1]), r: /x/gi, n: null, u: undefined, b: new Uint8Array([1, 2]) };
    one.self = one;
    const two = structuredClone(one);
    return [two !== one, two.self === two, two.a.length, 1 in two.a,
      two.d.getTime(), two.m.size, [...two.s], String(two.r), "u" in two,
      [...two.b], two.b.buffer !== one.b.buffer]`,
  "clones that can't be": `const names = [];
    for (const one of [() => 1, Symbol(), { a() {} }]) {
      try { structuredClone(one) } catch (error) { names.push(error.name) }
    }
    return names`,
  "search parameters": `const p = new URLSearchParams("a=1&b=2&a=3&c=%20x+y");
    p.append("d", "ä&="); p.set("b", "9"); p.delete("c"); p.sort();
    return [String(p), p.getAll("a"), p.get("none"), p.has("d"), p.size, [...p]]`,
  "search of a URL": `const u = new URL("https://a.b/?x=1");
    u.searchParams.set("y", "2 3"); u.hash = "h"; u.pathname = "a b";
    return [u.href, u.search, u.toJSON()]`,
  "order of jobs": `const log = [];
    setTimeout(() => log.push("timer"), 0);
    queueMicrotask(() => log.push("microtask"));
    Promise.resolve().then(() => log.push("promise"));
    log.push("now");
    await new Promise((done) => setTimeout(done, 20));
    return log`,
  "order of timers": `const log = [];
    for (const ms of [30, 10, 20]) setTimeout((m) => log.push(m), ms, ms);
    const id = setTimeout(() => log.push("never"), 5); clearTimeout(id);
    let n = 0; const every = setInterval(() => { if (++n === 3) clearInterval(every) }, 1);
    await new Promise((done) => setTimeout(done, 60));
    return [log, n]`,
  "the language": `class A { #x = 1; static s = 2; get x() { return this.#x } }
    const { a = 5, ...rest } = { b: 1, c: 2 };
    return [new A().x, A.s, a, rest, 2n ** 64n > 1e19, [3, 1, 2].toSorted(),
      Object.groupBy([1, 2, 3], (n) => n % 2 ? "odd" : "even"), "x".at(-1),
      [..."a1b2".matchAll(/(?<l>[a-z])(\\d)/g)].map((m) => m.groups.l),
      new Intl === 0]`.replace(",\n      new Intl === 0", ""),
};

Deno.test("Programs give what they give outside of the box", async (t) => {
  await using realm = new Realm();
  for (const [name, source] of Object.entries(SAME)) {
    await t.step(name, async () => {
      assertEquals(await realm.run(source), await outside(source));
    });
  }
});

Deno.test("Every call draws numbers of its own, also from a snapshot", async () => {
  await using realm = new Realm();
  const source = `return [Math.random(), crypto.randomUUID(),
    ...crypto.getRandomValues(new Uint32Array(2))].join()`;
  const drawn = await Promise.all(
    Array.from({ length: 20 }, () => realm.run(source)),
  );
  assertEquals(new Set(drawn).size, 20);
  for (const one of drawn) {
    const [number, uuid] = String(one).split(",");
    assert(Number(number) >= 0 && Number(number) < 1);
    assert(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid!));
  }
});

Deno.test("A program's value is what it returns, its last expression or its function's", async () => {
  await using realm = new Realm();
  assertEquals(await realm.run("1 + 1"), 2);
  assertEquals(await realm.run("return 3"), 3);
  assertEquals(await realm.run("const a = await 4; a"), 4);
  assertEquals(await realm.run("async () => 5"), 5);
  assertEquals(
    await realm.run("async function main() { return 6 }\nmain()"),
    6,
  );
  assertEquals(await realm.run("const a = 1;"), undefined);
});
