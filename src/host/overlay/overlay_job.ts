/** What an overlay thread is asked for, and what it answers. */

import type {
  GrantedDirectory,
  SharedFolders,
} from "../../contract/system_grants.ts";
import type {
  CommitReport,
  Conflict,
  LateTimes,
} from "../../fs/overlay/commit_report.ts";

/** Something to do with the changes of one overlay. */
export interface OverlayJob {
  readonly kind: "commit" | "diff" | "times";
  readonly state: Uint8Array;
  /** The places whose changes are meant; all by default. */
  readonly only: readonly string[] | undefined;
  /** What is to be set, of `times`. */
  readonly times?: readonly LateTimes[];
  readonly directory: GrantedDirectory;
  /** What the names of what is staged begin with. */
  readonly stagePrefix: string;
  readonly shared: SharedFolders;
}

/** The result. */
export type OverlayReply =
  | { readonly kind: "committed"; readonly report: CommitReport }
  | { readonly kind: "set"; readonly conflicts: readonly Conflict[] }
  | { readonly kind: "diff"; readonly text: string };
