/** More links than any kernel lets one path lead through. */
const MOST_LINKS = 256;

/**
 * Makes a path to `target` that leads through as many links as one path may,
 * so that any link below it fails with ELOOP, whoever puts it there and when.
 *
 * Deno has no `openat` and no flag against links, but a kernel counts the
 * links of each walk: 40 on Linux, 32 on macOS. How many is found out here.
 *
 * ```text
 *   anchor = l40 → l39 → … → l1 → target
 *   anchor/a/f          walks 40 links: allowed
 *   anchor/link/f       would be the 41st: ELOOP
 * ```
 *
 * For the host: links are made only for unscoped read and write permissions.
 *
 * @param directory An empty directory of the host, in which nobody else can
 * change anything, to keep as long as the anchor is used.
 * @param target A directory, by its absolute path without links.
 * @returns The anchor, or `undefined` where there can be none.
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
