/** The messages between the host and the fetching worker. */

import type { HttpBuffers, LookUpMemory } from "./shared_buffers.ts";

/** A host that may be reached; see `parseHostGrant`. */
export interface GrantedHost {
  readonly host: string;
  readonly wildcard: boolean;
  readonly port: number | undefined;
}

/** A secret, and the hosts that may receive it. */
export interface GrantedSecret {
  readonly name: string;
  readonly value: string;
  readonly hosts: readonly GrantedHost[];
}

/** The network limits of one call; see `NetworkLimits`. */
export interface GrantedLimits {
  readonly requests: number;
  readonly responseBytes: number;
  readonly headerBytes: number;
  readonly requestBytes: number;
}

/** What guests may do on the network. */
export interface NetworkGrants {
  /** `true` for every public host. */
  readonly hosts: true | readonly GrantedHost[];
  readonly secrets: readonly GrantedSecret[];
  readonly limits: GrantedLimits;
}

/** Everything that the host posts to the fetching worker. */
export type NetworkMessage =
  | {
    readonly type: "start";
    readonly grants: NetworkGrants;
    readonly lookUps: LookUpMemory;
  }
  | {
    /** Lets a guest worker make requests from now on. */
    readonly type: "connect";
    readonly id: number;
    readonly buffers: HttpBuffers;
    readonly stopPage: WebAssembly.Memory;
  }
  | { readonly type: "disconnect"; readonly id: number }
  | { readonly type: "close" };

/** What the fetching worker posts to the host. */
export interface NetworkReport {
  readonly type: "closed";
}
