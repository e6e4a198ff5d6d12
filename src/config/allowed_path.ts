/** A host folder mounted at a guest path. */

import { checkHostPath } from "./given_host_path.ts";
import { checkGuestPath } from "./guest_path.ts";
import { checkKnown } from "./option_checks.ts";
import { checkOverlay, type OverlayLimits } from "./overlay_limits.ts";
import { quote } from "../quote.ts";

/** A host folder mounted at a guest path. */
export interface AllowedPath {
  /** Absolute path that the guest sees, such as `/data`. */
  readonly guest: string;
  /** Path on the host, relative to the working directory unless absolute. */
  readonly host: string;
  /** Whether the guest may write to the folder. */
  readonly write: boolean;
  /** The limits of the overlay over the folder, if it is granted with one. */
  readonly overlay?: OverlayLimits;
}

/** Options of {@linkcode SandboxConfigBuilder.allowedPath}. */
export interface AllowedPathOptions {
  /** Whether the guest may write to the folder; `false` by default. */
  readonly write?: boolean;
  /**
   * Whether guest writes go to an in-memory overlay: the folder stays unchanged
   * until `result.changes` is committed. `false` by default; pass an object to
   * change the default limits.
   */
  readonly overlay?: boolean | Partial<OverlayLimits>;
}

/**
 * Checks and freezes a grant.
 *
 * @throws {TypeError} when a part of it is invalid.
 */
export function checkAllowedPath(
  guest: string,
  host: string | URL,
  options: AllowedPathOptions,
): AllowedPath {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot set allowedPath: options are an object such as { write: true }, got ${
        quote(options)
      }`,
    );
  }
  checkKnown("allowedPath", options, ["write", "overlay"]);
  const write = options.write ?? false;
  if (typeof write !== "boolean") {
    throw new TypeError(
      `Cannot set allowedPath: write is a boolean, got ${quote(write)}`,
    );
  }
  const overlay = checkOverlay(options.overlay);
  if (overlay && write) {
    throw new TypeError(
      "Cannot set allowedPath: a folder with an overlay is never written to, leave out write",
    );
  }
  return Object.freeze({
    guest: checkGuestPath("allowedPath", guest),
    host: checkHostPath("allowedPath", host),
    write,
    ...overlay && { overlay },
  });
}
