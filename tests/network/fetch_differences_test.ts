/**
 * Where requests of guests differ from `fetch`, and why: each row is run both
 * ways. A row without a reason must come to the same.
 */

import { assert, assertEquals } from "@std/assert";
import { answer, RawServer } from "./raw_server.ts";
import { RequestingTool } from "./requesting_tool.ts";

/** What is answered; where it differs, what comes of it here, and why. */
type Row = readonly [bytes: string, here?: string, why?: string];

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}transfer-encoding: chunked\r\n`;
const CHUNKS = "3\r\nabc\r\n0\r\n\r\n";
const FOUND = "HTTP/1.1 302 Found\r\ncontent-length: 0\r\n";
const BROKEN = "broken";

const packed = await pack("gzip", "hello");
const members = packed + await pack("gzip", " world");

const FRAMING = "bodies are framed in one way, or others read another one";
const MEMBERS = "RFC 1952 has files of several members; fetch drops the others";

/** By what is special about the answer. */
const ROWS: Readonly<Record<string, Row>> = {
  "plain": [answer("abc")],
  // Status lines.
  "no reason": [answer("abc", "", "200")],
  "an empty reason": [answer("abc", "", "200 ")],
  "a reason in UTF-8": [answer("abc", "", "200 \xc3\xa9")],
  "status 600": [answer("abc", "", "600 X")],
  "status 999": [answer("abc", "", "999 X")],
  "status 099": [answer("abc", "", "099 X")],
  "status 1000": [answer("abc", "", "1000 X")],
  "status 101": [
    "HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\nabc",
    BROKEN,
    "nobody asked for another protocol",
  ],
  "status 102 before": ["HTTP/1.1 102 Processing\r\n\r\n" + answer("abc")],
  "HTTP/1.0": ["HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nabc"],
  "HTTP/1.2": ["HTTP/1.2 200 OK\r\ncontent-length: 3\r\n\r\nabc"],
  "HTTP/0.9": ["hello"],
  "nothing": [""],
  // Lines.
  "LF only": ["HTTP/1.1 200 OK\nx: y\ncontent-length: 3\n\nabc"],
  "LF between headers": [`${OK}x: y\ncontent-length: 3\r\n\r\nabc`],
  "LF at the end": [`${OK}content-length: 3\r\n\nabc`],
  "an empty line first": ["\r\n" + answer("abc")],
  "CR alone": [`${OK}a: b\rc\r\ncontent-length: 3\r\n\r\nabc`],
  "a folded header": [`${OK}a: b\r\n c\r\ncontent-length: 3\r\n\r\nabc`],
  // Headers.
  "a space before the colon": [answer("abc", "a : b\r\n")],
  "an empty name": [answer("abc", ": b\r\n")],
  "an empty value": [answer("abc", "a:\r\n")],
  "tabs": [answer("abc", "a:\tb\tc\t\r\n")],
  "DEL": [answer("abc", "a: \x7f\r\n")],
  "a control": [answer("abc", "a: \x01\r\n")],
  "NUL": [answer("abc", "a: \0\r\n")],
  "UTF-8 in a value": [answer("abc", "a: \xc3\xa9\r\n")],
  "Latin-1 in a value": [answer("abc", "a: \xe9\r\n")],
  "UTF-8 in a name": [answer("abc", "\xc3\xa9: b\r\n")],
  "two of a name": [answer("abc", "a: b\r\na: c\r\n")],
  "__proto__": [answer("abc", "__proto__: a\r\n")],
  "90 headers": [answer("abc", "a: b\r\n".repeat(90))],
  "300 headers": [
    answer("abc", "a: b\r\n".repeat(300)),
    `200 abc a: ${"b, ".repeat(299)}b`,
    "the head's bytes are limited, and not its lines",
  ],
  // Lengths.
  "a length with a sign": [`${OK}content-length: +3\r\n\r\nabc`],
  "a length with a zero": [`${OK}content-length: 03\r\n\r\nabc`],
  "an empty length": [`${OK}content-length: \r\n\r\nabc`],
  "a length and a comma": [`${OK}content-length: 3,\r\n\r\nabc`],
  "one length twice": [answer("abc", "content-length: 3\r\n")],
  "two lengths": [answer("abc", "content-length: 4\r\n")],
  "too long a length": [`${OK}content-length: 10\r\n\r\nabc`],
  "no length": [`${OK}\r\nabc`],
  "a body of 204": ["HTTP/1.1 204 No\r\ncontent-length: 3\r\n\r\n"],
  "a body of 205": [answer("abc", "", "205 Reset")],
  "chunks of 304": ["HTTP/1.1 304 Same\r\ntransfer-encoding: chunked\r\n\r\n"],
  // Transfer codings.
  "chunked": [`${CHUNKED}\r\n${CHUNKS}`],
  "Chunked": [`${OK}transfer-encoding: Chunked\r\n\r\n${CHUNKS}`],
  "chunked and a length": [
    `${CHUNKED}content-length: 3\r\n\r\n${CHUNKS}`,
    BROKEN,
    FRAMING,
  ],
  "chunked twice": [
    `${CHUNKED}transfer-encoding: chunked\r\n\r\n${CHUNKS}`,
    BROKEN,
    FRAMING,
  ],
  "chunked, then gzip": [
    `${OK}transfer-encoding: chunked, gzip\r\n\r\nabc`,
    BROKEN,
    FRAMING,
  ],
  "gzip, then chunked": [
    `${OK}transfer-encoding: gzip, chunked\r\n\r\n${CHUNKS}`,
    BROKEN,
    FRAMING,
  ],
  "an empty coding": [
    `${OK}transfer-encoding: \r\n\r\nabc`,
    BROKEN,
    FRAMING,
  ],
  "an unknown coding": [
    `${OK}transfer-encoding: x-own\r\n\r\nabc`,
    BROKEN,
    FRAMING,
  ],
  "chunked of HTTP/1.0": [
    `HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${CHUNKS}`,
  ],
  "a size of 0x3": [`${CHUNKED}\r\n0x3\r\nabc\r\n0\r\n\r\n`],
  "a space behind a size": [`${CHUNKED}\r\n3 \r\nabc\r\n0\r\n\r\n`],
  "a space before a size": [`${CHUNKED}\r\n 3\r\nabc\r\n0\r\n\r\n`],
  "an extension": [`${CHUNKED}\r\n3;a="b"\r\nabc\r\n0\r\n\r\n`],
  "no size": [`${CHUNKED}\r\n\r\nabc\r\n0\r\n\r\n`],
  "LF behind a size": [`${CHUNKED}\r\n3\nabc\n0\n\n`],
  "no last line": [`${CHUNKED}\r\n3\r\nabc\r\n0\r\n`],
  "a trailer": [`${CHUNKED}\r\n3\r\nabc\r\n0\r\na: b\r\n\r\n`],
  "a malformed trailer": [`${CHUNKED}\r\n3\r\nabc\r\n0\r\nab\r\n\r\n`],
  // Content codings.
  "gzip": [ofBytes(packed, "content-encoding: gzip\r\n")],
  "GZIP": [ofBytes(packed, "content-encoding: GZIP\r\n")],
  "x-gzip": [
    ofBytes(packed, "content-encoding: x-gzip\r\n"),
    "200 hello",
    "RFC 9110 says that it is gzip",
  ],
  "several members": [
    ofBytes(members, "content-encoding: gzip\r\n"),
    "200 hello world",
    MEMBERS,
  ],
  "zeros behind gzip": [
    ofBytes(packed + "\0\0\0\0", "content-encoding: gzip\r\n"),
  ],
  "half of gzip": [ofBytes(packed.slice(0, -4), "content-encoding: gzip\r\n")],
  "a wrong checksum": [
    ofBytes(
      packed.slice(0, -8) + "abcd" + packed.slice(-4),
      "content-encoding: gzip\r\n",
    ),
  ],
  "empty gzip": [ofBytes("", "content-encoding: gzip\r\n")],
  "no gzip": [ofBytes("plain", "content-encoding: gzip\r\n")],
  "deflate": [ofBytes("abc", "content-encoding: deflate\r\n")],
  "br": [
    ofBytes("abc", "content-encoding: br\r\n"),
    "200 abc content-encoding: br",
    "only gzip was asked for; with secrets it is refused, unmasked as it is",
  ],
  "an unknown encoding": [ofBytes("abc", "content-encoding: x-own\r\n")],
  "identity": [ofBytes("abc", "content-encoding: identity\r\n")],
  // Redirects.
  "no location": [
    "HTTP/1.1 302 Found\r\ncontent-length: 3\r\n\r\nabc",
    "302 abc",
    "the body says where to go",
  ],
  "two locations": [
    `${FOUND}location: /a\r\nlocation: /b\r\n\r\n`,
    BROKEN,
    "fetch follows the first, others the last",
  ],
  "one location twice": [`${FOUND}location: /a\r\nlocation: /a\r\n\r\n`],
  "a location with a comma": [`${FOUND}location: /a,b\r\n\r\n`],
  "a malformed location": [`${FOUND}location: http://[\r\n\r\n`],
  "an empty location": [`${FOUND}location:\r\n\r\n`],
  "a location in UTF-8": [
    `${FOUND}location: /\xc3\xa9\r\n\r\n`,
    "200 end of /%C3%A9",
    "as browsers read it; fetch takes each byte for a character",
  ],
  "status 300": [answer("abc", "location: /a\r\n", "300 Many")],
  "status 305": [answer("abc", "location: /a\r\n", "305 Proxy")],
};

/** These are left out of what was unpacked, as the import module says. */
const OF_SENT_BODY = ["content-length", "content-encoding"];

/** An answer whose body is bytes, one a character. */
function ofBytes(body: string, headers: string): string {
  return `${OK}content-length: ${body.length}\r\n${headers}\r\n${body}`;
}

async function pack(format: CompressionFormat, text: string): Promise<string> {
  const stream = new Blob([text]).stream()
    .pipeThrough(new CompressionStream(format));
  const bytes = await new Response(stream).bytes();
  return String.fromCharCode(...bytes);
}

function shown(
  status: number,
  body: string,
  headers: Iterable<readonly [string, string]>,
): string {
  const isPacked = /\bgzip\b/i.test(
    new Map(headers).get("content-encoding") ?? "",
  );
  const lines = [...headers]
    .filter(([name]) => name !== "content-length" && name !== "location")
    .filter(([name]) => !(isPacked && OF_SENT_BODY.includes(name)))
    .filter(([name]) => name !== "transfer-encoding")
    .map(([name, value]) => `${name}: ${value}`)
    .toSorted();
  return [status, body, ...lines].join(" ").trim();
}

async function byFetch(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    return shown(response.status, await response.text(), response.headers);
  } catch {
    return BROKEN;
  }
}

async function byGuest(tool: RequestingTool, url: string): Promise<string> {
  const { head, body } = await tool.outcome({ url });
  if (!head || body === undefined) return BROKEN;
  return shown(head.status, body, Object.entries(head.headers));
}

Deno.test("Requests come to what they come to with fetch, but for what is listed", async () => {
  let bytes = "";
  await using server = new RawServer(async ({ path }, { write, close }) => {
    await write(path === "/" ? bytes : answer(`end of ${path}`));
    close();
  });
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([server.host])
  );
  const url = `http://${server.host}/`;
  const wrong: string[] = [];
  for (const [name, [sent, here, why]] of Object.entries(ROWS)) {
    bytes = sent;
    const [guest, other] = [await byGuest(tool, url), await byFetch(url)];
    const expected = here ?? other;
    if (guest !== expected) wrong.push(`${name}: ${guest}, not ${expected}`);
    if (here !== undefined && other === here) wrong.push(`${name}: like fetch`);
    assertEquals(here === undefined, why === undefined);
  }
  assert(wrong.length === 0, wrong.join("\n"));
});
