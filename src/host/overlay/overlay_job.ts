/** Requests to and replies from an overlay thread. */

import type {
  GrantedDirectory,
  SharedFolders,
} from "../../contract/system_grants.ts";
import type {
  CommitReport,
  Conflict,
  LateTimes,
} from "../../fs/overlay/commit_report.ts";

/** A job on the changes of one overlay. */
export interface OverlayJob {
  readonly kind: "commit" | "diff" | "times";
  readonly state: Uint8Array;
  /** The places whose changes are selected; all by default. */
  readonly only: readonly string[] | undefined;
  /** The times to set, for the job `times`. */
  readonly times?: readonly LateTimes[];
  readonly directory: GrantedDirectory;
  /** The prefix of staged names. */
  readonly stagePrefix: string;
  readonly shared: SharedFolders;
}

/** The result. */
export type OverlayReply =
  | { readonly kind: "committed"; readonly report: CommitReport }
  | { readonly kind: "set"; readonly conflicts: readonly Conflict[] }
  | { readonly kind: "diff"; readonly text: string };
