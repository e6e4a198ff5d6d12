/** Whether a URL is granted, by its scheme, host and port. */

import type {
  GrantedHost,
  NetworkGrants,
} from "../../contract/network_messages.ts";
import { isAddress, whyNotPublic } from "./address_policy.ts";
import { BAD_PORTS } from "./bad_ports.ts";
import { denied } from "./refusal.ts";
import { quote } from "../../quote.ts";

/** The destination of a granted request. */
export interface Destination {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  /**
   * Whether the grant names this exact host: then any of its addresses is
   * accepted. Otherwise it must be looked up, and every address must be public.
   */
  readonly isNamed: boolean;
}

/**
 * Checks a URL against the grants, but not yet what its name resolves to.
 *
 * @throws {Refusal} when it is not granted.
 */
export function checkUrl(
  url: URL,
  hosts: NetworkGrants["hosts"],
): Destination {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw denied(`Scheme ${quote(url.protocol)} is neither http nor https`);
  }
  if (url.username !== "" || url.password !== "") {
    throw denied("Credentials in a URL are not allowed");
  }
  const isTls = url.protocol === "https:";
  const host = hostOf(url);
  const port = Number(url.port) || (isTls ? 443 : 80);
  const grant = hosts === true ? undefined : findGrant(hosts, host, port);
  if (hosts !== true && !grant) {
    throw denied(`Host ${quote(url.host)} is not granted`);
  }
  const isNamed = grant !== undefined && !grant.wildcard;
  if (BAD_PORTS.has(port) && grant?.port === undefined) {
    throw denied(`Port ${port} belongs to another protocol`);
  }
  if (!isNamed) checkAddress(host);
  return { host, port, isTls, isNamed };
}

/** The host of a URL; IPv6 without brackets. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

/**
 * The grant for a host and port: an exact one takes precedence over a wildcard.
 */
export function findGrant(
  grants: readonly GrantedHost[],
  host: string,
  port: number,
): GrantedHost | undefined {
  const fitting = grants.filter((grant) =>
    (grant.port === undefined || grant.port === port) && namesHost(grant, host)
  );
  return fitting.find(({ wildcard }) => !wildcard) ?? fitting[0];
}

/** Whether a grant covers a host, on any port. */
export function namesHost(grant: GrantedHost, host: string): boolean {
  return grant.wildcard ? isBelow(host, grant.host) : host === grant.host;
}

function isBelow(host: string, parent: string): boolean {
  return host.endsWith(`.${parent}`) && host.length > parent.length + 1;
}

function checkAddress(host: string): void {
  if (!isAddress(host)) return;
  const why = whyNotPublic(host);
  if (why !== undefined) {
    throw denied(`Address ${quote(host)} is not public (${why})`);
  }
}
