/** What a guest was refused, as its worker reports it. */

import {
  type DeniedFile,
  type DeniedFileReport,
  FILE_OPERATIONS,
  FILE_REFUSALS,
  MAX_DENIED_FILES,
  MAX_DENIED_PATH,
} from "../channel/denied_file.ts";
import { type DeniedRequest, MAX_DENIED } from "../channel/http_layout.ts";

/** A refused network request or file operation. */
export type Denied = DeniedRequest | DeniedFile;

/** Longer strings in refused requests are truncated. */
const MAX_DENIED_LENGTH = 500;

/** Decodes a worker's report. */
export function readDenied(bytes: Uint8Array): Denied[] {
  return deniedIn(parsed(bytes));
}

/** The valid entries of a list, up to the limit. */
export function deniedIn(list: readonly unknown[]): Denied[] {
  return [
    ...list.slice(0, MAX_DENIED).filter(isDeniedRequest)
      .map(({ url, reason }) => ({
        url: url.slice(0, MAX_DENIED_LENGTH),
        reason: reason.slice(0, MAX_DENIED_LENGTH),
      })),
    ...list.slice(-MAX_DENIED_FILES).filter(isDeniedFile)
      .map(({ path, operation, reason, count }) => ({
        url: `file://${encodeURI(path.toWellFormed())}`,
        path,
        operation,
        reason,
        count,
      })),
  ];
}

function parsed(bytes: Uint8Array): unknown[] {
  try {
    const list: unknown = JSON.parse(
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
    );
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

function isDeniedRequest(value: unknown): value is DeniedRequest {
  const { url, reason, path } = (value ?? {}) as Partial<DeniedRequest>;
  return typeof url === "string" && typeof reason === "string" &&
    path === undefined;
}

function isDeniedFile(value: unknown): value is DeniedFileReport {
  const { path, operation, reason, count } = (value ?? {}) as Partial<
    DeniedFileReport
  >;
  return typeof path === "string" && path.length <= MAX_DENIED_PATH + 1 &&
    Number.isSafeInteger(count) &&
    FILE_OPERATIONS.some((one) => one === operation) &&
    FILE_REFUSALS.some((one) => one === reason);
}
