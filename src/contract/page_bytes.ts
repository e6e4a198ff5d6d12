/** The sizes that memories are counted in. */

/**
 * Bytes of a page of WebAssembly memory.
 * https://webassembly.github.io/spec/core/exec/runtime.html#page-size
 */
export const PAGE_BYTES = 65_536;

/** Bytes of the pieces in which a {@linkcode MemoryImage} is zero or not. */
export const IMAGE_PAGE_BYTES = 4096;

/** The most entries of all tables that a {@linkcode StateImage} has. */
export const MAX_TABLE_ENTRIES = 65_536;
