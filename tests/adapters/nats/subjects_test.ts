import { assertEquals, assertThrows } from "@std/assert";
import { randomToken, Subjects } from "../../../src/adapters/nats/subjects.ts";

const [SERVICE, CALL] = [randomToken(), randomToken()];

Deno.test("Subjects keep tools apart, whatever their names", () => {
  const subjects = new Subjects("tools");
  assertEquals(subjects.call("a.b", "h"), "tools.call.a=b.h");
  assertEquals(subjects.call("a_b", "h"), "tools.call.a_b.h");
  assertEquals(subjects.call("..", "h"), "tools.call.==.h");
});

Deno.test("readControl reads a service's own subject and no other", () => {
  const subjects = new Subjects("a.b");
  const control = subjects.control(SERVICE, CALL);
  assertEquals(subjects.readControl(control), {
    subject: control,
    instance: SERVICE,
  });
  assertEquals(subjects.partsOf(control), ["of", CALL]);
  const others = [
    "",
    "a.b.to",
    `a.b.to.${SERVICE}`,
    `a.b.to.${SERVICE}.of`,
    `a.b.to.${SERVICE}.call.${CALL}`,
    `a.b.to.${SERVICE}.of.${CALL}.x`,
    `a.b.to.${SERVICE}.of.*`,
    `a.b.to.*.of.${CALL}`,
    `a.b.to.${SERVICE}.of.${CALL.toUpperCase()}x`,
    `x.b.to.${SERVICE}.of.${CALL}`,
    `a.b.to.${SERVICE}.of.${CALL} `,
  ];
  for (const other of others) {
    assertEquals(subjects.readControl(other), undefined, other);
  }
});

Deno.test("isReply takes inboxes, and no subject of services or servers", () => {
  const subjects = new Subjects("tools");
  for (const good of [`_INBOX.${CALL}`, `_INBOX_a.${CALL}.1`, "_R_.a"]) {
    assertEquals(subjects.isReply(good), true, good);
  }
  const bad = [
    "",
    "tools.call.a.b",
    `tools.to.${SERVICE}.of.${CALL}`,
    "$SYS.REQ",
    "$JS.API",
    "a.*",
    "a.>",
    "a b",
    "a..b",
    "a.",
    "x".repeat(300),
  ];
  for (const one of bad) assertEquals(subjects.isReply(one), false, one);
});

Deno.test("Subjects begin with no prefix that is a wildcard or the server's", () => {
  for (const bad of ["", "*", "a.>", "$SRV", "a..b", "a.", "a b"]) {
    assertThrows(() => new Subjects(bad), TypeError, "Cannot use prefix");
  }
});
