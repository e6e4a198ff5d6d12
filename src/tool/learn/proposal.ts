/** What is proposed to be granted: one folder or one host at a time. */

import type { Denied } from "../denied.ts";

/** Why something is proposed. */
export interface ProposalReason {
  /** What the guest asked for, such as `read /data/in.csv`. */
  readonly asked: string;
  /** How often it did, in the run that was denied it. */
  readonly count: number;
}

/** A folder that a guest asked for. */
export interface FolderProposal {
  /** Tells a folder from a host. */
  readonly kind: "folder";
  /** The path that the guest is to see. */
  readonly guest: string;
  /** The folder of the host, without links. */
  readonly host: string;
  /**
   * Whether the guest reads it, or changes it too: then it is granted with an
   * overlay, and stays as it is.
   */
  readonly access: "read" | "overlay";
  /** Whether it is in the base folder. */
  readonly isInBase: boolean;
  /** What was asked for. */
  readonly reasons: readonly ProposalReason[];
}

/** A host of the network that a guest asked for. */
export interface HostProposal {
  /** Tells a host from a folder. */
  readonly kind: "host";
  /** The name and, where it is not the usual one, the port. */
  readonly host: string;
  /** What was asked for. */
  readonly reasons: readonly ProposalReason[];
}

/** Something that may be granted. */
export type Proposal = FolderProposal | HostProposal;

/** Something that is never proposed, and why. */
export interface Withheld {
  /** What was asked for. */
  readonly asked: string;
  /** Why it is not proposed. */
  readonly why: string;
}

/** What a guest asked for, in words. */
export function askedFor(denied: Denied): string {
  return denied.path === undefined
    ? `request ${denied.url}`
    : `${denied.operation} ${denied.path}`;
}

/** What tells a proposal from all others. */
export function keyOf(proposal: Proposal): string {
  return proposal.kind === "host"
    ? `host ${proposal.host}`
    : `${proposal.access} ${proposal.guest}`;
}
