/** Derives the network grants from a configuration. */

import type { GrantedHost } from "../../contract/network_messages.ts";
import { parseHostGrant } from "../../config/host_grant.ts";
import { type SandboxConfig, secretsOf } from "../../config/sandbox_config.ts";
import type { NetworkOptions } from "./network.ts";
import { networkPermissions } from "../grants/worker_permissions.ts";

/**
 * Derives the grants and permissions of a configuration's fetching worker.
 *
 * @throws {PermissionDenied} when this process lacks what is granted.
 */
export function networkOptions(config: SandboxConfig): NetworkOptions {
  const { allowNetwork, networkLimits } = config;
  return {
    permissions: networkPermissions(allowNetwork),
    grants: {
      hosts: allowNetwork === true || grantedHosts(allowNetwork || []),
      secrets: secretsOf(config).map(({ name, value, hosts }) => ({
        name,
        value,
        hosts: grantedHosts(hosts),
      })),
      limits: networkLimits,
    },
  };
}

function grantedHosts(entries: readonly string[]): GrantedHost[] {
  return entries.map((entry) => parseHostGrant(entry));
}
