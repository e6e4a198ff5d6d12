/** The declaration of `fetch` for the prompt, where the network is granted. */

import type { SandboxOptions } from "../../../mod.ts";

/** The network options of a configuration. */
type NetworkOptions = Pick<SandboxOptions, "allowNetwork" | "secrets">;

const MAX_HOSTS = 20;
const MAX_SECRETS = 20;

/** Whether any host is granted. */
export function reachesNetwork({ allowNetwork }: NetworkOptions): boolean {
  return allowNetwork === true ||
    (Array.isArray(allowNetwork) && allowNetwork.length > 0);
}

/**
 * Lists the granted hosts and the names of secrets; empty if no host is granted.
 *
 * @param options Options accepted by a sandbox, so that none can end the
 * comment.
 */
export function declareFetch(options: NetworkOptions): string {
  if (!reachesNetwork(options)) return "";
  const { allowNetwork, secrets = {} } = options;
  const hosts = Array.isArray(allowNetwork)
    ? `${listed(allowNetwork, MAX_HOSTS)} and no other host`
    : "any public host";
  const names = Object.entries(secrets).map(([name, { hosts }]) =>
    `{{${name}}} for ${listed(hosts, MAX_HOSTS)}`
  );
  const filled = names.length === 0
    ? ""
    : ` A secret is filled in where its name stands in a header's value, the query or the body: ${
      listed(names, MAX_SECRETS)
    }.`;
  return `/** Reaches ${hosts}.${filled} */
declare function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
`;
}

function listed(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).join(", ");
  const more = names.length - most;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
