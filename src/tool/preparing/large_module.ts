/** From how many bytes on a module is large: it is worth a thread of its own. */
export const LARGE_MODULE_BYTES: number = 8 * 1024 * 1024;

/** What a thread is called that is started for one. */
export const LARGE_MODULE_THREAD = "large module";
