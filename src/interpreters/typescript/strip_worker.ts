/** The worker that strips types from one source. */

import { transformSync } from "npm:amaro@1.2.1";

/** The source without types, or the error. */
export type StripAnswer =
  | { readonly code: string; readonly message?: undefined }
  | { readonly code: undefined; readonly message: string };

/** The part of the worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<string>) => void) | null;
  postMessage(message: StripAnswer): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data }) => scope.postMessage(stripped(data));

function stripped(source: string): StripAnswer {
  try {
    return { code: transformSync(source, { mode: "strip-only" }).code };
  } catch (error) {
    const { message = String(error) } = (error ?? {}) as { message?: string };
    return { code: undefined, message };
  }
}
