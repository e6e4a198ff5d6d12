/** Programs that are out for harm, and what has to come of each. */

/** A program, and the kind of error that ends it, or the value it may return. */
export interface HostileProgram {
  readonly name: string;
  readonly code: string;
  /** A kind of error; `value` where it may come to its end. */
  readonly ends: string;
  /** What the message or the value has to have in it. */
  readonly says?: string;
}

const program = (
  name: string,
  code: string,
  ends: string,
  says?: string,
): HostileProgram => ({ name, code, ends, ...says !== undefined && { says } });

const TIMEOUT = "TimeoutExceeded";
const MEMORY = "MemoryLimitExceeded";
const FAILED = "ExecutionFailed";

/** Loops of every kind, in the language and in the engine's own code. */
const LOOPS = [
  program("for", "for (;;) {}", TIMEOUT),
  program("while", "while (true) {}", TIMEOUT),
  program("do", "do {} while (1)", TIMEOUT),
  program("label", "a: for (;;) { continue a }", TIMEOUT),
  program("catch", "for (;;) { try { throw 1 } catch {} finally {} }", TIMEOUT),
  program(
    "finally",
    "function f() { try { f() } finally { for (;;); } } f()",
    TIMEOUT,
  ),
  program(
    "generator",
    "function* g() { for (;;) yield 1 } for (const _ of g());",
    TIMEOUT,
  ),
  program(
    "async generator",
    "async function* g() { for (;;) yield 1 } for await (const _ of g());",
    TIMEOUT,
  ),
  program(
    "iterator",
    "Array.from({ [Symbol.iterator]: () => ({ next: () => ({ done: false }) }), length: 1 }, () => { for (;;); })",
    TIMEOUT,
  ),
  program("eval", "eval('for(;;);')", TIMEOUT),
  program("Function", "new Function('for(;;);')()", TIMEOUT),
  program("valueOf", "+{ valueOf() { for (;;); } }", TIMEOUT),
  program("sort", "[3, 2, 1].sort(() => { for (;;); })", TIMEOUT),
  program("replace", "'a'.replace(/a/, () => { for (;;); })", TIMEOUT),
  program("reviver", "JSON.parse('[1]', () => { for (;;); })", TIMEOUT),
  program("getter", "({ get a() { for (;;); } }).a", TIMEOUT),
  program(
    "atomics",
    "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
    "any",
  ),
];

/** C code that takes long between two looks of an engine's own interrupt. */
const ENGINE_LOOPS = [
  program("join of holes", "(new Array(1e9) + '').length", "any"),
  program("fill", "for (;;) new Array(1e6).fill(0).length", TIMEOUT),
  program(
    "indexOf",
    "const a = []; a.length = 4e9; a.indexOf(1, 0); for (;;) Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)",
    TIMEOUT,
  ),
  program(
    "reverse",
    "Array.prototype.reverse.call({ length: 2 ** 53 - 1 })",
    TIMEOUT,
  ),
  program("repeat", "for (;;) 'x'.repeat(1e6).indexOf('y')", TIMEOUT),
  program("bigint power", "2n ** 2n ** 24n * 3n ** 10000000n", "any"),
  program("bigint text", "for (;;) (10n ** 100000n).toString()", TIMEOUT),
  program(
    "normalize",
    "for (;;) 'e\u0301'.repeat(1e5).normalize('NFC')",
    TIMEOUT,
  ),
  program(
    "json",
    "const a = Array(1e5).fill({ a: 1 }); for (;;) JSON.parse(JSON.stringify(a))",
    TIMEOUT,
  ),
  program("regex, nested", "/^(a+)+$/.test('a'.repeat(40) + 'b')", TIMEOUT),
  program(
    "regex, alternatives",
    "/^(a|a|a)*$/.test('a'.repeat(40) + 'b')",
    TIMEOUT,
  ),
  program("regex, look behind", "/(?<=(a+)+)b/.test('a'.repeat(40))", "any"),
  program("regex, references", "/(a*)*\\1\\1b/.test('a'.repeat(60))", TIMEOUT),
];

/** What never comes to rest. */
const FLOODS = [
  program(
    "promises",
    // On a fast machine its memory is up before its time.
    "const f = () => Promise.resolve().then(f); await f()",
    "any",
  ),
  program(
    "microtasks",
    "const f = () => queueMicrotask(f); f(); await new Promise(() => {})",
    TIMEOUT,
  ),
  program("thenables", "const t = { then(r) { r(t) } }; await t", TIMEOUT),
  program("timers", "for (;;) setTimeout(() => {}, 0)", FAILED, "timers"),
  program(
    "intervals",
    "setInterval(() => {}, 0); await new Promise(() => {})",
    TIMEOUT,
  ),
  program(
    "a long timer",
    "await new Promise((done) => setTimeout(done, 1e9))",
    TIMEOUT,
  ),
  program("nobody settles", "await new Promise(() => {})", FAILED, "can't end"),
  program("printing", "for (;;) console.log('x'.repeat(1e5))", TIMEOUT),
  program("rejections", "for (;;) Promise.reject(new Error('x'))", "any"),
];

const MEMORY_BOMBS = [
  program(
    "array",
    "const a = []; for (;;) a.push(new Array(1000).fill(1))",
    MEMORY,
  ),
  program("string", "let s = 'x'; for (;;) s += s", FAILED, "too long"),
  program(
    "flat string",
    "const a = []; for (;;) a.push('x'.repeat(1e6 + a.length))",
    MEMORY,
  ),
  program(
    "buffer",
    "const a = []; for (;;) a.push(new Uint8Array(1e6))",
    MEMORY,
  ),
  program("one buffer", "new ArrayBuffer(2 ** 31 - 1)", "any"),
  program(
    "map",
    "const m = new Map(); for (;;) m.set(m.size, 'v' + m.size)",
    MEMORY,
  ),
  program(
    "closures",
    "let f = () => 0; for (;;) { const g = f; f = () => [g, new Array(100).fill(0)] }",
    MEMORY,
  ),
  program(
    "caught",
    "const a = []; for (;;) { try { for (;;) a.push(new Array(1e4).fill(a)) } catch { a.length -= 1 } }",
    "any",
  ),
];

const DEPTHS = [
  program("recursion", "const f = () => f() + 1; f()", FAILED, "RangeError"),
  program(
    "caught recursion",
    "let n = 0; const f = () => { n++; f() }; try { f() } catch {} return n > 100",
    "value",
    "true",
  ),
  program("getters", "const o = { get a() { return this.a } }; o.a", FAILED),
  program(
    "toString",
    "const o = { toString() { return `${o}` } }; `${o}`",
    FAILED,
  ),
  program(
    "proxies",
    "let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x",
    FAILED,
  ),
  program(
    "a proxy of itself",
    "const p = new Proxy({}, { get: (_, k, r) => r[k] }); p.x",
    FAILED,
  ),
  program("nested source", "eval('('.repeat(1e5))", FAILED),
  program("nested JSON", "JSON.parse('['.repeat(1e6))", "any"),
  program(
    "nested value",
    "let v = []; for (let i = 0; i < 2e3; i++) v = [v]; return v",
    FAILED,
    "nested",
  ),
  program(
    "nested regex",
    "new RegExp('(?:'.repeat(1e5) + ')'.repeat(1e5))",
    FAILED,
  ),
];

/** Games with what the bridge and the answer are made of. */
const GAMES = [
  program("toJSON that loops", "return { toJSON() { for (;;); } }", TIMEOUT),
  program(
    "getter in the value",
    "return { get a() { throw new TypeError('mine') } }",
    FAILED,
    "mine",
  ),
  program("a cycle", "const a = {}; a.a = a; return a", FAILED, "circular"),
  program("a bigint", "return 1n", FAILED, "BigInt"),
  program(
    "a function's function",
    "return () => () => 1",
    "value",
    "undefined",
  ),
  program(
    "a proxy as value",
    "return new Proxy({}, { ownKeys() { throw 1 } })",
    FAILED,
  ),
  program(
    "patched promises",
    "Promise.prototype.then = () => { throw 1 }; return await tools.add({ a: 1, b: 2 })",
    "any",
  ),
  program(
    "patched JSON",
    "JSON.stringify = () => '{}'; JSON.parse = () => 7; return await tools.add({ a: 1, b: 2 })",
    "value",
    "3",
  ),
  program(
    "patched arrays",
    "Array.prototype.push = Array.prototype.join = () => { throw 1 }; return await tools.add({ a: 1, b: 2 })",
    "any",
  ),
  program(
    "a setter for all",
    "Object.defineProperty(Object.prototype, 'value', { set() { throw 1 } }); return 5",
    "any",
  ),
  program(
    "toJSON for all",
    "Object.prototype.toJSON = () => 1; return { a: 2 }",
    "value",
  ),
  program(
    "a tool's prototype",
    "return Object.getPrototypeOf(tools) === null && tools.constructor === undefined",
    "value",
    "true",
  ),
  program(
    "a tool that is none",
    "await tools.add.call.call(tools.__proto__)",
    FAILED,
  ),
  program(
    "the way to the host",
    "return Object.getOwnPropertyNames(globalThis).filter((n) => /native|host|exchange|bridge|Deno|process|require/i.test(n)).length",
    "value",
    "0",
  ),
  program(
    "caller",
    "return (() => { try { return String(tools.add.caller) } catch (e) { return e.name } })()",
    "value",
  ),
  program(
    "stack",
    "return String(new Error().stack).includes('native.')",
    "value",
    "false",
  ),
  program(
    "arguments that lie",
    "let n = 0; return await tools.add({ get a() { return ++n }, b: 1 })",
    "value",
    "2",
  ),
  program(
    "arguments that loop",
    "const a = {}; a.a = a; await tools.add(a)",
    FAILED,
    "circular",
  ),
  program(
    "arguments of __proto__",
    'return await tools.keys(JSON.parse(\'{"__proto__": {"a": 1}, "b": 2}\'))',
    "value",
    "b",
  ),
  program("a flood of calls", "for (;;) tools.add({ a: 1, b: 1 })", "any"),
  program(
    "a flood that is awaited",
    "for (;;) { try { await tools.add({ a: 1, b: 1 }) } catch {} }",
    FAILED,
    "refused",
  ),
  program("a tool that never answers", "await tools.never()", TIMEOUT),
  program(
    "thousands that never answer",
    "await Promise.all(Array.from({ length: 5e3 }, () => tools.never()))",
    TIMEOUT,
  ),
  program("a tool that throws", "await tools.fails()", FAILED, "no such city"),
  program("a tool that throws nothing", "await tools.failsOddly()", FAILED),
  program(
    "a tool that answers much",
    "await tools.much()",
    FAILED,
    "bytes of answers",
  ),
  program(
    "code mode in code mode",
    "const code = \"return await tools.again({ code: 'return 1' })\"; return await tools.again({ code })",
    "any",
  ),
  program(
    "itself for ever",
    "const code = 'return await tools.again({ code: `' + 'x' + '` })'; return await tools.again({ code })",
    "any",
  ),
  program(
    "import of a file",
    "await import('/etc/passwd')",
    FAILED,
    "find module",
  ),
  program(
    "import of a package",
    "await import('node:fs')",
    FAILED,
    "Cannot import",
  ),
  program(
    "import of a URL",
    "await import('https://example.com/x.js')",
    FAILED,
    "Cannot import",
  ),
  program(
    "forged error",
    "throw { name: 'x', message: 'y', isOutOfMemory: true, __proto__: Error.prototype }",
    FAILED,
  ),
  program(
    "an error that throws",
    "throw { get message() { throw 1 }, __proto__: Error.prototype }",
    FAILED,
  ),
  program("a long error", "throw new Error('x'.repeat(1e6))", FAILED),
  program(
    "an error of frames",
    "const e = new Error('x'); e.stack = '    at ' + '('.repeat(1e6); throw e",
    FAILED,
  ),
];

/** All of them. */
export const HOSTILE_PROGRAMS: readonly HostileProgram[] = [
  ...LOOPS,
  ...ENGINE_LOOPS,
  ...FLOODS,
  ...MEMORY_BOMBS,
  ...DEPTHS,
  ...GAMES,
];
