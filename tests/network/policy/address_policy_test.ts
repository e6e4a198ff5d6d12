import { assert, assertEquals } from "@std/assert";
import {
  isAddress,
  whyNotPublic,
} from "../../../src/network/policy/address_policy.ts";

Deno.test("whyNotPublic names the range of every address that is not public", () => {
  const cases: readonly [address: string, why: string][] = [
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "unspecified"],
    ["10.255.255.255", "private"],
    ["100.64.0.1", "carrier-grade NAT"],
    ["100.127.255.255", "carrier-grade NAT"],
    ["127.0.0.1", "loopback"],
    ["127.255.255.254", "loopback"],
    ["168.63.129.16", "metadata"],
    ["169.254.169.254", "link-local or metadata"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["192.0.0.8", "special"],
    ["192.0.2.1", "documentation"],
    ["198.18.0.1", "benchmarking"],
    ["198.19.255.255", "benchmarking"],
    ["224.0.0.1", "multicast"],
    ["239.255.255.255", "multicast"],
    ["240.0.0.1", "reserved or broadcast"],
    ["255.255.255.255", "reserved or broadcast"],
    ["::", "unspecified"],
    ["::1", "loopback"],
    ["0:0:0:0:0:0:0:1", "loopback"],
    ["::127.0.0.1", "IPv4-compatible"],
    ["::ffff:127.0.0.1", "IPv4-mapped"],
    ["::ffff:7f00:1", "IPv4-mapped"],
    ["::ffff:93.184.216.34", "IPv4-mapped"],
    ["::ffff:0:7f00:1", "IPv4-translated"],
    ["64:ff9b::7f00:1", "NAT64"],
    ["64:ff9b:1::1", "NAT64"],
    ["2002:7f00:1::1", "6to4"],
    ["2001::1", "special, such as Teredo"],
    ["2001:db8::1", "documentation"],
    ["fc00::1", "unique local"],
    ["fdff::1", "unique local"],
    ["fd00:ec2::254", "unique local"],
    ["fe80::1", "link-local"],
    ["febf::1", "link-local"],
    ["fec0::1", "site-local"],
    ["ff02::1", "multicast"],
    ["4000::1", "reserved"],
    ["fe80::1%eth0", "unreadable"],
    ["0x7f.1", "unreadable"],
    ["2130706433", "unreadable"],
    ["127.1", "unreadable"],
    ["0177.0.0.1", "unreadable"],
    ["1.2.3.4.5", "unreadable"],
    ["1::2::3", "unreadable"],
    ["::ffff:256.0.0.1", "unreadable"],
    ["", "unreadable"],
  ];
  for (const [address, why] of cases) {
    assertEquals(whyNotPublic(address), why, address);
  }
});

Deno.test("whyNotPublic has nothing against public addresses", () => {
  const cases = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.1.1",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001:82a::200e",
    "2003::1",
  ];
  for (const address of cases) {
    assertEquals(whyNotPublic(address), undefined, address);
    assert(isAddress(address));
  }
  assert(!isAddress("example.com"));
  assert(!isAddress("dead.beef"));
});
