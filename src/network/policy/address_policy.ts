/** Tells public addresses from those of the host's own networks. */

/**
 * Address ranges that guests can't reach unless the exact host is granted, with
 * the name of their purpose.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const NOT_PUBLIC: readonly (readonly [range: string, name: string])[] = [
  ["0.0.0.0/8", "unspecified"],
  ["10.0.0.0/8", "private"],
  ["100.64.0.0/10", "carrier-grade NAT"],
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link-local or metadata"],
  ["172.16.0.0/12", "private"],
  ["192.0.0.0/24", "special"],
  ["192.0.2.0/24", "documentation"],
  ["192.31.196.0/24", "special"],
  ["192.52.193.0/24", "special"],
  ["192.88.99.0/24", "6to4 relay"],
  ["192.168.0.0/16", "private"],
  ["192.175.48.0/24", "special"],
  ["198.18.0.0/15", "benchmarking"],
  ["198.51.100.0/24", "documentation"],
  ["203.0.113.0/24", "documentation"],
  ["224.0.0.0/4", "multicast"],
  ["240.0.0.0/4", "reserved or broadcast"],
  // Azure's metadata and DNS service, at an address that looks public.
  ["168.63.129.16/32", "metadata"],
];

/**
 * Of IPv6 only global unicast is public, except ranges that embed other
 * networks.
 */
const GLOBAL_UNICAST = "2000::/3";
const NOT_PUBLIC_V6: readonly (readonly [range: string, name: string])[] = [
  ["::/128", "unspecified"],
  ["::1/128", "loopback"],
  ["::/96", "IPv4-compatible"],
  ["::ffff:0:0/96", "IPv4-mapped"],
  ["::ffff:0:0:0/96", "IPv4-translated"],
  ["64:ff9b::/96", "NAT64"],
  ["64:ff9b:1::/48", "NAT64"],
  ["100::/64", "discard-only"],
  ["2001::/23", "special, such as Teredo"],
  ["2001:db8::/32", "documentation"],
  ["2002::/16", "6to4"],
  ["2620:4f:8000::/48", "special"],
  ["3fff::/20", "documentation"],
  ["5f00::/16", "segment routing"],
  ["fc00::/7", "unique local"],
  ["fe80::/10", "link-local"],
  ["fec0::/10", "site-local"],
  ["ff00::/8", "multicast"],
];

interface Range {
  readonly network: bigint;
  readonly shift: bigint;
  readonly name: string;
}

const RANGES_V4 = NOT_PUBLIC.map(([text, name]) => range(text, name, 32));
const RANGES_V6 = NOT_PUBLIC_V6.map(([text, name]) => range(text, name, 128));
const UNICAST = range(GLOBAL_UNICAST, "", 128);

/**
 * Why an address is not public: the name of its range; undefined if it is
 * public. An unparsable address is not public.
 */
export function whyNotPublic(address: string): string | undefined {
  const v4 = parseIpv4(address);
  if (v4 !== undefined) return nameOf(v4, RANGES_V4);
  const v6 = parseIpv6(address);
  if (v6 === undefined) return "unreadable";
  return nameOf(v6, RANGES_V6) ??
    (contains(UNICAST, v6) ? undefined : "reserved");
}

/** Whether a URL's host is an address; IPv6 without brackets. */
export function isAddress(host: string): boolean {
  return parseIpv4(host) !== undefined || parseIpv6(host) !== undefined;
}

/** Whether an address is this machine's own. */
export function isLoopback(address: string): boolean {
  return whyNotPublic(address) === "loopback";
}

function nameOf(
  address: bigint,
  ranges: readonly Range[],
): string | undefined {
  return ranges.find((one) => contains(one, address))?.name;
}

function contains({ network, shift }: Range, address: bigint): boolean {
  return address >> shift === network;
}

function range(text: string, name: string, bits: number): Range {
  const [address = "", prefix] = text.split("/");
  const shift = BigInt(bits - Number(prefix));
  const value = parseIpv4(address) ?? parseIpv6(address) ?? 0n;
  return { network: value >> shift, shift, name };
}

/** Canonical form only: the URL parser normalizes all others. */
function parseIpv4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) {
      return undefined;
    }
    value = value << 8n | BigInt(part);
  }
  return value;
}

function parseIpv6(text: string): bigint | undefined {
  const [left = "", right, ...more] = text.split("::");
  if (more.length > 0 || !text.includes(":")) return undefined;
  const head = groups(left);
  const tail = groups(right ?? "");
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...new Array<bigint>(missing).fill(0n), ...tail]
    .reduce((value, group) => value << 16n | group, 0n);
}

/** 16-bit groups, the last two of which may be written as IPv4. */
function groups(text: string): bigint[] | undefined {
  if (text === "") return [];
  const found: bigint[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const v4 = index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (v4 !== undefined) found.push(v4 >> 16n, v4 & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) found.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return found;
}
