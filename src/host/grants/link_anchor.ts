/** More links than any kernel follows in one path. */
const MOST_LINKS = 256;

/**
 * Creates a path to `target` through as many symbolic links as one path may
 * have, so that any link below it fails with ELOOP, whoever creates it and
 * when.
 *
 * Deno has no `openat` and no `O_NOFOLLOW_ANY`, but kernels limit the links in
 * each path resolution: 40 on Linux, 32 on macOS. The limit is determined here.
 *
 * ```text
 *   anchor = l40 → l39 → … → l1 → target
 *   anchor/a/f          walks 40 links: allowed
 *   anchor/link/f       would be the 41st: ELOOP
 * ```
 *
 * Only for the host: creating links requires unscoped read and write
 * permissions.
 *
 * @param directory An empty host directory that nobody else can change, and
 * that must exist as long as the anchor.
 * @param target The absolute path of a directory, with symbolic links resolved.
 * @returns the anchor, or `undefined` if it can't be created.
 */
export function createLinkAnchor(
  directory: string,
  target: string,
): string | undefined {
  try {
    const room = `${directory}/room`;
    Deno.mkdirSync(room);
    Deno.symlinkSync(".", `${room}/link`);
    Deno.symlinkSync(room, `${directory}/l1`);
    const anchor = growUntilFull(directory);
    if (anchor === undefined) return undefined;
    Deno.removeSync(`${directory}/l1`);
    Deno.symlinkSync(target, `${directory}/l1`);
    Deno.removeSync(room, { recursive: true });
    return anchor;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}

/** Adds links until `room` can be reached but `room/link` can't be passed. */
function growUntilFull(directory: string): string | undefined {
  for (let n = 1; n < MOST_LINKS; n++) {
    const path = `${directory}/l${n}`;
    if (!exists(`${path}/link`)) return undefined;
    if (!exists(`${path}/link/link`)) return path;
    Deno.symlinkSync(`l${n}`, `${directory}/l${n + 1}`);
  }
  return undefined;
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
