/** A sample in which every folder is, in proportion, and always the same. */

/**
 * Draws about `count` ids: of each folder its share, and one at least.
 */
export function draw(ids: readonly string[], count: number): string[] {
  const share = count / ids.length;
  const folders = Map.groupBy(ids, (id) => id.slice(0, id.lastIndexOf("/")));
  return [...folders.values()].flatMap((folder) => {
    const wanted = Math.max(1, Math.round(folder.length * share));
    return folder.toSorted((a, b) => hash(a) - hash(b)).slice(0, wanted);
  }).sort();
}

/** FNV-1a. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return sum;
}
