/** Page sizes of memories. */

/**
 * Bytes of a page of WebAssembly memory.
 * https://webassembly.github.io/spec/core/exec/runtime.html#page-size
 */
export const PAGE_BYTES = 65_536;

/**
 * Granularity of the non-zero ranges of a {@linkcode MemoryImage}, in bytes.
 */
export const IMAGE_PAGE_BYTES = 4096;

/** Maximum total number of table entries in a {@linkcode StateImage}. */
export const MAX_TABLE_ENTRIES = 65_536;
