/** Every import family that a guest can use, one per line. */

export { CORTEX_HOST } from "./host/family.ts";
export { CORTEX_HOST_NUMERIC } from "./host_numeric/family.ts";
export { CORTEX_HTTP } from "./http/family.ts";
export { HOST_FS } from "./host_fs/family.ts";
export { HOST_USER } from "./host_user/family.ts";
export { MICROPYTHON_WASM } from "./micropython/family.ts";
export { WASI_PREVIEW1 } from "./wasi/family.ts";
export { WASI_PYTHON } from "./wasi_python/family.ts";
export { WASI_UNSTABLE } from "./wasi_unstable/family.ts";
