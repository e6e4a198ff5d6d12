/** The size from which a module is large and gets a thread of its own. */
export const LARGE_MODULE_BYTES: number = 8 * 1024 * 1024;
