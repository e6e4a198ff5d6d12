import { assert, assertEquals, assertLess } from "@std/assert";
import { TimeoutExceeded } from "../../mod.ts";
import { openSockets, socketsLeft } from "../network/open_sockets.ts";
import { answer, type RawHandler, RawServer } from "../network/raw_server.ts";
import { RequestingTool } from "../network/requesting_tool.ts";

const MANY = 60_000;
const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;

/** Answers that would take long to read for who reads them carelessly. */
const SLOW_ANSWERS: Readonly<Record<string, string>> = {
  "spaces in a length": `${OK}content-length: 1${" ".repeat(MANY)}2\r\n\r\n`,
  "tabs in a length": `${OK}content-length: 1${
    "\t ".repeat(MANY / 2)
  }2\r\n\r\n`,
  "commas in a length": `${OK}content-length: 1${
    " ,".repeat(MANY / 2)
  }2\r\n\r\n`,
  "spaces in a coding": `${OK}transfer-encoding: a${" ".repeat(MANY)}b\r\n\r\n`,
  "spaces in a status": `HTTP/1.1 200 ${" ".repeat(MANY)}\0\r\n\r\n`,
  "spaces in options": `${OK}connection: ${
    "clos ".repeat(MANY / 5)
  }\r\ncontent-length: 0\r\n\r\n`,
  "spaces around a value": `${OK}a:${" ".repeat(MANY)}\0${
    " ".repeat(99)
  }\r\n\r\n`,
  "letters in a name": `${OK}${"a".repeat(MANY)}\r\n\r\n`,
  "one name many times": `${OK}${
    "a:b\r\n".repeat(MANY / 5)
  }content-length: 0\r\n\r\n`,
  "empty lines": "\r\n".repeat(MANY / 2),
  "a long location": `HTTP/1.1 302 Found\r\nlocation: /${
    "../".repeat(MANY / 3)
  }\r\ncontent-length: 0\r\n\r\n`,
  "spaces behind a size": `${CHUNKED}1${" ".repeat(4000)}x\r\n`,
  "semicolons behind a size": `${CHUNKED}1${";".repeat(4000)}\0\r\n`,
  "small chunks": `${CHUNKED}${"1\r\na\r\n".repeat(MANY)}0\r\n\r\n`,
  "escapes": answer("&#x00000".repeat(MANY / 2) + "\\".repeat(MANY)),
};

Deno.test("No answer of a server keeps other guests waiting", async () => {
  let slow = "";
  await using hostile = new RawServer(async (_, { write, close }) => {
    await write(slow);
    close();
  });
  await using sound = new RawServer(() => answer("sound"));
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([hostile.host, sound.host])
      .secret("KEY", "a-secret-value", { hosts: [sound.host] })
  );
  for (const [name, bytes] of Object.entries(SLOW_ANSWERS)) {
    slow = bytes;
    const request = { head: { url: `http://${hostile.host}/` } };
    const start = performance.now();
    const attack = tool.outcomes([request, request], { length_only: true });
    for (let i = 0; i < 3; i++) {
      const { body } = await tool.outcome({ url: `http://${sound.host}/` });
      assertEquals(body, "sound");
    }
    assertLess(performance.now() - start, 1500, name);
    await attack;
    assertLess(performance.now() - start, 3000, name);
  }
  assertEquals(tool.tool.sandbox.lostWorkers, 0);
});

Deno.test("Handshakes that are given up close their sockets, and the server stays within reach", async () => {
  let isSilent = true;
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted: Deno.TcpConn[] = [];
  let ended = 0;
  const accepting = (async () => {
    for await (const connection of listener) {
      accepted.push(connection);
      void (async () => {
        const buffer = new Uint8Array(10_000);
        while (await connection.read(buffer).catch(() => null) !== null) {
          if (!isSilent) await connection.write(new Uint8Array(100));
        }
        ended++;
      })();
    }
  })();
  const host = `127.0.0.1:${listener.addr.port}`;
  await using tool = await RequestingTool.load((builder) =>
    builder.allowNetwork([host]).maxExecutionTime(150).maxWorkers(1)
  );
  const request = { head: { url: `https://${host}/` }, repeat: 2 };
  for (let call = 1; call <= 12; call++) {
    const result = await tool.call([request]);
    assert(!result.ok && result.error instanceof TimeoutExceeded);
    assertEquals(accepted.length, 2 * call);
  }
  for (let waited = 0; ended < accepted.length; waited += 20) {
    assertLess(waited, 2000, `${ended} of ${accepted.length} were ended`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  // What is no TLS is refused, not "too many".
  isSilent = false;
  const { errno, text } = await tool.outcome({ url: `https://${host}/` });
  assertEquals([errno, accepted.length], [4, 25], text);
  for (const connection of accepted) connection.close();
  listener.close();
  await accepting;
});

const UNENDING: Readonly<Record<string, RawHandler>> = {
  "before a head": (_, { gone }) => gone,
  "in a head": async (_, { write, gone }) => {
    await write("HTTP/1.1 200 OK\r\nhalf: ");
    await gone;
  },
  "in a body": async (_, { write, gone }) => {
    await write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc");
    await gone;
  },
  "in a packed body": async (_, { write, gone }) => {
    await write("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n\x1f\x8b");
    await gone;
  },
};

Deno.test("No socket is left of calls that were stopped, nor of a sandbox that was closed", async () => {
  const before = openSockets();
  for (const [name, handler] of Object.entries(UNENDING)) {
    await using server = new RawServer(handler);
    const listening = openSockets();
    const tool = await RequestingTool.load((builder) =>
      builder.allowNetwork([server.host]).maxExecutionTime(100).maxWorkers(2)
    );
    const request = { head: { url: `http://${server.host}/` }, repeat: 5 };
    const calls = Array.from({ length: 6 }, () => tool.call([request]));
    for (const result of await Promise.all(calls)) {
      assert(!result.ok && result.error instanceof TimeoutExceeded, name);
    }
    assertLess(0, server.connections);
    await socketsLeft(listening);
    await tool[Symbol.asyncDispose]();
    await socketsLeft(listening);
  }
  await socketsLeft(before);
});
