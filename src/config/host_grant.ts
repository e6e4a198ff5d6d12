/**
 * Parses an entry of the network grant: a host, a wildcard for its subdomains,
 * or an address, each with an optional port.
 */

import { quote } from "../quote.ts";

/** A validated network grant. */
export interface HostGrant {
  /** The name or address in lower case; IPv6 without brackets. */
  readonly host: string;
  /** Whether it grants every subdomain of `host`, but not `host` itself. */
  readonly wildcard: boolean;
  /** The only port granted, or undefined for every port. */
  readonly port: number | undefined;
}

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
const IPV6_WITH_PORT = /^\[([^\]]*)\](?::(.*))?$/;

/**
 * Parses `"host"`, `"host:port"`, `"*.host"`, `"1.2.3.4:80"` or `"[::1]:80"`.
 *
 * @param option The name of the option, for the message.
 * @throws {TypeError} when the entry has none of these forms.
 */
export function parseHostGrant(
  entry: string,
  option = "allowNetwork",
): HostGrant {
  const badEntry = (why: string) => {
    return new TypeError(`Cannot set ${option}: ${quote(entry)}: ${why}`);
  };
  const url = /^[a-z]+:\/\//i.test(entry) ? URL.parse(entry) : null;
  if (url) {
    throw badEntry(`this is a URL, give its host: ${quote(url.host)}`);
  }
  const text = entry.toLowerCase();
  const v6 = IPV6_WITH_PORT.exec(text);
  if (v6) {
    const host = canonicalHost(`[${v6[1]}]`);
    if (host === undefined) throw badEntry("this is not an IPv6 address");
    return { host, wildcard: false, port: parsePort(v6[2], badEntry) };
  }
  const [name = "", port, ...rest] = text.split(":");
  if (rest.length > 0) {
    throw badEntry("an IPv6 address needs brackets");
  }
  const wildcard = name.startsWith("*.");
  const host = wildcard ? name.slice(2) : name;
  if (!isHostName(host)) {
    throw badEntry("this is not a host name or an address");
  }
  if (wildcard && /^[0-9.]+$/.test(host)) {
    throw badEntry("a wildcard needs a name");
  }
  if (canonicalHost(host) !== host) {
    throw badEntry(
      `write this address as ${quote(canonicalHost(host) ?? host)}`,
    );
  }
  return { host, wildcard, port: parsePort(port, badEntry) };
}

function isHostName(host: string): boolean {
  return host.length > 0 && host.length <= 253 &&
    host.split(".").every((label) => LABEL.test(label));
}

/** The host as the URL parser normalizes it, which is what a request uses. */
function canonicalHost(host: string): string | undefined {
  const url = URL.parse(`http://${host}/`);
  return url?.hostname.replace(/^\[|\]$/g, "");
}

function parsePort(
  text: string | undefined,
  badEntry: (why: string) => TypeError,
): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port < 1 || port > 65535) {
    throw badEntry("a port is a number from 1 to 65535");
  }
  return port;
}
