import { assertEquals, assertThrows } from "@std/assert";
import { parseHostGrant } from "../../../src/config/host_grant.ts";
import { checkUrl } from "../../../src/network/policy/host_policy.ts";
import { Refusal } from "../../../src/network/policy/refusal.ts";

function check(url: string, grant: true | readonly string[]) {
  const hosts = grant === true || grant.map((entry) => parseHostGrant(entry));
  return checkUrl(new URL(url), hosts);
}

Deno.test("checkUrl takes what each kind of grant names", () => {
  const cases: readonly [
    url: string,
    grant: true | readonly string[],
    host: string,
    port: number,
    isNamed: boolean,
  ][] = [
    [
      "https://api.example.com/",
      ["api.example.com"],
      "api.example.com",
      443,
      true,
    ],
    [
      "http://API.example.com:81/",
      ["api.example.com"],
      "api.example.com",
      81,
      true,
    ],
    ["http://a.test:8443/", ["a.test:8443"], "a.test", 8443, true],
    ["http://b.a.test/", ["*.a.test"], "b.a.test", 80, false],
    ["http://c.b.a.test/", ["*.a.test"], "c.b.a.test", 80, false],
    ["http://c.a.test/", ["*.a.test", "c.a.test"], "c.a.test", 80, true],
    ["http://127.0.0.1:8080/", ["127.0.0.1:8080"], "127.0.0.1", 8080, true],
    ["http://0x7f.1:8080/", ["127.0.0.1:8080"], "127.0.0.1", 8080, true],
    ["http://2130706433/", ["127.0.0.1"], "127.0.0.1", 80, true],
    ["http://[::1]:8080/", ["[::1]:8080"], "::1", 8080, true],
    ["http://[0:0::1]:8080/", ["[::1]:8080"], "::1", 8080, true],
    ["https://example.com/", true, "example.com", 443, false],
    ["https://8.8.8.8/", true, "8.8.8.8", 443, false],
    ["http://localhost:99/", ["localhost"], "localhost", 99, true],
    ["http://a.test:25/", ["a.test:25"], "a.test", 25, true],
  ];
  for (const [url, grant, host, port, isNamed] of cases) {
    const isTls = url.startsWith("https");
    assertEquals(check(url, grant), { host, port, isTls, isNamed }, url);
  }
});

Deno.test("checkUrl refuses everything else", () => {
  const cases: readonly [
    url: string,
    grant: true | readonly string[],
    why: string,
  ][] = [
    ["http://example.com/", [], "not granted"],
    ["http://evil.test/", ["a.test"], "not granted"],
    ["http://a.test.evil.test/", ["a.test"], "not granted"],
    ["http://b.a.test/", ["a.test"], "not granted"],
    ["http://a.test/", ["*.a.test"], "not granted"],
    ["http://xa.test/", ["*.a.test"], "not granted"],
    ["http://.a.test/", ["*.a.test"], "not granted"],
    ["http://b.a.test./", ["*.a.test"], "not granted"],
    ["http://a.test/", ["a.test:8443"], "not granted"],
    ["https://a.test/", ["a.test:80"], "not granted"],
    ["http://localhost:8080/", ["127.0.0.1:8080"], "not granted"],
    ["http://[::ffff:127.0.0.1]/", ["127.0.0.1"], "not granted"],
    ["http://127.0.0.1/", ["*.a.test"], "not granted"],
    ["http://127.0.0.1/", true, "not public (loopback)"],
    ["http://0x7f.1/", true, "not public (loopback)"],
    ["http://2130706433/", true, "not public (loopback)"],
    ["http://0177.0.0.1/", true, "not public (loopback)"],
    ["http://127.1/", true, "not public (loopback)"],
    ["http://１２７.0.0.1/", true, "not public (loopback)"],
    ["http://169.254.169.254/latest/meta-data/", true, "metadata"],
    ["http://[::1]/", true, "not public (loopback)"],
    ["http://[::ffff:10.0.0.1]/", true, "not public (IPv4-mapped)"],
    ["http://[64:ff9b::a00:1]/", true, "not public (NAT64)"],
    ["http://[fd00:ec2::254]/", true, "not public (unique local)"],
    ["http://0/", true, "not public (unspecified)"],
    ["ftp://a.test/", ["a.test"], "neither http nor https"],
    ["file:///etc/passwd", true, "neither http nor https"],
    ["data:text/plain,x", true, "neither http nor https"],
    ["http://user:pass@a.test/", ["a.test"], "Credentials in a URL"],
    ["http://a.test:25/", ["a.test"], "belongs to another protocol"],
    ["http://a.test:6667/", true, "belongs to another protocol"],
  ];
  for (const [url, grant, why] of cases) {
    const error = assertThrows(() => check(url, grant), Refusal, why, url);
    assertEquals(error.code, 2, url);
    assertEquals(error.message.includes("pass"), false);
  }
});
