/** Chooses the network host to propose for a refused request. */

import type { DeniedRequest } from "../../channel/http_layout.ts";
import { askedFor, type HostProposal, type Withheld } from "./proposal.ts";

/** The refusal message for a host that was not granted. */
const NOT_GRANTED = /^Host ".*" is not granted$/;

/** Suffixes of names that are never public. */
const PRIVATE_ENDS: readonly string[] = [
  "arpa",
  "corp",
  "example",
  "home",
  "internal",
  "intranet",
  "invalid",
  "lan",
  "local",
  "localdomain",
  "localhost",
  "onion",
  "private",
  "test",
];

/** The proposal, or why none is made. */
export function proposeHost(denied: DeniedRequest): HostProposal | Withheld {
  const asked = askedFor(denied);
  const { url: text, reason } = denied;
  const withheld = (why: string) => ({ asked, why });
  if (!NOT_GRANTED.test(reason)) return withheld(reason);
  if (text.includes("{{")) return withheld("it would send a secret");
  const url = URL.parse(text.replace(/…$/, ""));
  if (!url) return withheld("it is not a URL");
  const why = whyNotProposed(url);
  if (why !== undefined) return withheld(why);
  return { kind: "host", host: url.host, reasons: [{ asked, count: 1 }] };
}

function whyNotProposed({ protocol, hostname }: URL): string | undefined {
  if (protocol !== "https:" && protocol !== "http:") {
    return "it is neither http nor https";
  }
  if (/^[\d.]+$/.test(hostname) || hostname.startsWith("[")) {
    return "it is an address, and may be a private one";
  }
  const names = hostname.replace(/\.$/, "").split(".");
  const isPrivate = names.length < 2 || PRIVATE_ENDS.includes(names.at(-1)!);
  return isPrivate ? "its name is not public" : undefined;
}
