/** How long a tool's schema may be, wherever it comes from. */

/** Bytes of a schema in JSON: 256 KiB. */
export const MAX_SCHEMA_BYTES: number = 256 * 1024;
