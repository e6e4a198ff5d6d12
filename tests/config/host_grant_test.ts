import { assertEquals, assertThrows } from "@std/assert";
import { parseHostGrant } from "../../src/config/host_grant.ts";

Deno.test("parseHostGrant reads names, wildcards and addresses with ports", () => {
  const cases: [string, string, boolean, number | undefined][] = [
    ["api.example.com", "api.example.com", false, undefined],
    ["API.Example.com:8443", "api.example.com", false, 8443],
    ["*.example.org", "example.org", true, undefined],
    ["*.example.org:443", "example.org", true, 443],
    ["127.0.0.1:8080", "127.0.0.1", false, 8080],
    ["localhost", "localhost", false, undefined],
    ["[::1]:8080", "::1", false, 8080],
    ["[2001:DB8::1]", "2001:db8::1", false, undefined],
  ];
  for (const [entry, host, wildcard, port] of cases) {
    assertEquals(parseHostGrant(entry), { host, wildcard, port });
  }
});

Deno.test("parseHostGrant refuses everything else", () => {
  const bad = [
    "",
    " ",
    "a b",
    "*",
    "*.",
    "*.*.com",
    "a.*.com",
    "*.1.2.3",
    "https://example.com",
    "example.com/path",
    "user@example.com",
    "example.com:0",
    "example.com:65536",
    "example.com:",
    "example.com:80:80",
    "::1",
    "[::1",
    "[fe80::1%eth0]",
    "[]",
    "[example.com]",
    "0x7f.1",
    "2130706433",
    "127.1",
    "-a.com",
    `${"a".repeat(64)}.com`,
    "bücher.example",
  ];
  for (const entry of bad) {
    assertThrows(
      () => parseHostGrant(entry),
      TypeError,
      "Cannot set allowNetwork",
    );
  }
});
