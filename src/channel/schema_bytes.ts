/** The size limit of tool schemas, whatever their source. */

/** Maximum size of a schema in JSON: 256 KiB. */
export const MAX_SCHEMA_BYTES: number = 256 * 1024;
