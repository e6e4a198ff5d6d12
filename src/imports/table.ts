/** Every family of imports that a guest can have, one line each. */

export { CORTEX_HTTP } from "./http/family.ts";
export { HOST_FS } from "./host_fs/family.ts";
export { HOST_USER } from "./host_user/family.ts";
export { WASI_PREVIEW1 } from "./wasi/family.ts";
export { WASI_UNSTABLE } from "./wasi_unstable/family.ts";
