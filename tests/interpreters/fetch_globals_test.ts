import { assertEquals } from "@std/assert";
import { outside, Realm } from "./realm.ts";

const thrown = (code: string) =>
  `(() => { try { ${code}; return "nothing" } catch (e) { return e.name } })()`;
const rejected = (code: string) =>
  `(await (async () => { try { await ${code}; return "nothing" } catch (e) { return e.name } })())`;

/** Programs that give the same in the box and outside of it. */
const SAME: Readonly<Record<string, string>> = {
  "headers of an object": `const h = new Headers({ B: "2", "X-a": " 1\\t" });
    h.append("x-A", "3"); h.set("c", 4); h.delete("B");
    return [h.get("X-A"), h.get("b"), h.has("C"), [...h], [...h.keys()], [...h.values()]]`,
  "headers of pairs, and of headers":
    `const h = new Headers([["a", "1"], ["A", "2"]]);
    const copy = new Headers(h); h.set("a", "9"); const seen = [];
    copy.forEach((value, name) => seen.push([name, value]));
    return [[...copy], seen, new Headers(undefined).has("a")]`,
  "headers that can't be": `return [${
    [
      `new Headers({ "a b": "1" })`,
      `new Headers({ a: "1\\\\r\\\\nb: 2" })`,
      `new Headers([["a"]])`,
      `new Headers([["a", "b", "c"]])`,
      `new Headers(1)`,
      `new Headers().get("")`,
    ].map(thrown).join()
  }]`,
  "cookies": `const h = new Headers(); h.append("set-cookie", "a=1");
    h.append("Set-Cookie", "b=2"); return h.getSetCookie()`,
  "a response of text":
    `const r = new Response("hä", { status: 201, statusText: "Made" });
    return [r.status, r.ok, r.statusText, r.url, r.redirected, r.bodyUsed,
      r.headers.get("content-type"), await r.text(), r.bodyUsed]`,
  "a response of bytes":
    `const bytes = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
    const r = new Response(bytes); bytes[0] = 9;
    const copy = r.clone();
    return [[...await r.bytes()], (await copy.arrayBuffer()).byteLength,
      r.headers.get("content-type")]`,
  "a response of JSON": `const r = Response.json({ a: [1] }, { status: 500 });
    return [r.ok, r.headers.get("content-type"), await r.json()]`,
  "a response without a body": `const r = new Response();
    return [await r.text(), await r.text(), r.bodyUsed, r.ok]`,
  "a response that is read twice": `const r = new Response("x"); await r.text();
    return [${rejected("r.text()")}, ${rejected("r.json()")}, ${
    thrown("r.clone()")
  }]`,
  "a response that can't be": `return [${
    thrown(`new Response("", { status: 199 })`)
  }, ${thrown(`new Response("", { status: 600 })`)}, ${
    rejected(`new Response("{").json()`)
  }]`,
  "a request": `const r = new Request(new URL("https://a.test/x"), {
      method: "post", body: new URLSearchParams({ a: "b c" }), headers: { X: "1" } });
    return [r.url, r.method, [...r.headers], await r.text(), r.redirect]`,
  "a request of a request": `const one = new Request("https://a.test/", {
      method: "PUT", body: "text", headers: { a: "1" } });
    const two = new Request(one.clone(), { method: "POST" });
    const three = new Request(one.clone(), { headers: { b: "2" }, body: "other" });
    return [two.method, two.url, [...two.headers], await two.text(),
      [...three.headers], await three.text()]`,
  "a request that can't be": `return [${
    [
      `new Request("https://a.test/", { body: "x" })`,
      `new Request("https://a.test/", { method: "HEAD", body: "x" })`,
      `new Request("https://a.test/", { signal: {} })`,
      `new Request("https://a.test/", { headers: { "a b": "" } })`,
    ].map(thrown).join()
  }]`,
  "a controller":
    `const c = new AbortController(); const { signal } = c; const log = [];
    signal.addEventListener("abort", (e) => log.push(e.type, e.target === signal));
    signal.addEventListener("abort", { handleEvent: () => log.push("object") }, { once: true });
    const never = () => log.push("never");
    signal.addEventListener("abort", never); signal.removeEventListener("abort", never);
    signal.addEventListener("other", never);
    signal.onabort = () => log.push("on");
    const before = [signal.aborted, signal.reason === undefined];
    c.abort(); c.abort("again");
    return [before, log.sort(), signal.aborted, signal.reason.name, ${
      thrown("signal.throwIfAborted()")
    }]`,
  "a reason": `const c = new AbortController(); c.abort("why");
    try { c.signal.throwIfAborted() } catch (e) { return [e, AbortSignal.abort(7).reason] }`,
  "a signal of several":
    `const [a, b] = [new AbortController(), new AbortController()];
    const any = AbortSignal.any([a.signal, b.signal]); b.abort("b"); a.abort("a");
    return [any.aborted, any.reason, AbortSignal.any([AbortSignal.abort(1), a.signal]).reason,
      AbortSignal.any([]).aborted, ${thrown("AbortSignal.any([{}])")}, ${
      thrown("new AbortSignal()")
    }]`,
  "a signal with a time": `const signal = AbortSignal.timeout(5);
    await new Promise((done) => signal.addEventListener("abort", done));
    return [signal.aborted, signal.reason.name]`,
  "what there is": `return [typeof fetch, fetch.name,
    ...[Headers, Request, Response, AbortController, AbortSignal].map((one) => one.name),
    Object.getOwnPropertyDescriptor(globalThis, "fetch").enumerable === undefined]`,
  "what can't be fetched": `return [${rejected(`fetch("http://")`)}, ${
    rejected(`fetch("https://a.test/", { signal: AbortSignal.abort() })`)
  }, ${
    rejected(`fetch("https://a.test/", { signal: AbortSignal.abort("x") })`)
  }, ${rejected(`fetch("https://a.test/", { method: "A B" })`)}]`,
};

Deno.test("What belongs to fetch is as it is outside of the box", async (t) => {
  await using realm = new Realm();
  for (const [name, source] of Object.entries(SAME)) {
    await t.step(name, async () => {
      assertEquals(await realm.run(source), await outside(source));
    });
  }
});

Deno.test("A body that is an object, and a redirect that is not followed, are refused with words", async () => {
  await using realm = new Realm();
  const source = `const said = [];
    for (const init of [{ method: "POST", body: { a: 1 } }, { redirect: "manual" }]) {
      await fetch("https://a.test/", init).catch((e) => said.push(e.name + ": " + e.message));
    }
    return said`;
  assertEquals(await realm.run(source), [
    "TypeError: A body is a text, bytes or URLSearchParams: use JSON.stringify for an object",
    'TypeError: Redirects are followed: "manual" is not supported',
  ]);
});
