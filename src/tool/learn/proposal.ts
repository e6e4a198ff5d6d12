/** Proposed grants: one folder or one host each. */

import type { Denied } from "../denied.ts";

/** Why a grant is proposed. */
export interface ProposalReason {
  /** The guest's request, such as `read /data/in.csv`. */
  readonly asked: string;
  /** How often it was denied in that run. */
  readonly count: number;
}

/** A folder that a guest tried to access. */
export interface FolderProposal {
  /** Distinguishes a folder from a host. */
  readonly kind: "folder";
  /** The guest path to grant. */
  readonly guest: string;
  /** The host folder, with symbolic links resolved. */
  readonly host: string;
  /**
   * The access needed. For writes it is granted with an overlay, so the folder
   * itself is not changed.
   */
  readonly access: "read" | "overlay";
  /** Whether it is in the base folder. */
  readonly isInBase: boolean;
  /** The requests that led to it. */
  readonly reasons: readonly ProposalReason[];
}

/** A network host that a guest tried to reach. */
export interface HostProposal {
  /** Distinguishes a host from a folder. */
  readonly kind: "host";
  /** The host name, with the port if it is not the default. */
  readonly host: string;
  /** The requests that led to it. */
  readonly reasons: readonly ProposalReason[];
}

/** A grant that may be accepted. */
export type Proposal = FolderProposal | HostProposal;

/** A request that is never proposed, and why. */
export interface Withheld {
  /** The requests that led to it. */
  readonly asked: string;
  /** Why it is never proposed. */
  readonly why: string;
}

/** Describes a denied request. */
export function askedFor(denied: Denied): string {
  return denied.path === undefined
    ? `request ${denied.url}`
    : `${denied.operation} ${denied.path}`;
}

/** A unique key for a proposal. */
export function keyOf(proposal: Proposal): string {
  return proposal.kind === "host"
    ? `host ${proposal.host}`
    : `${proposal.access} ${proposal.guest}`;
}
