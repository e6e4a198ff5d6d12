/** The head of an answer, as the guest sees it. */

import type { ResponseHead } from "./http/response_head.ts";
import { limited } from "./policy/refusal.ts";
import type { SecretBook } from "./secrets/secret_book.ts";

const SEPARATOR = "\0";

/** Status and headers, without any secret. */
export interface ShownHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Masks a head. It was read up to its limit already; what is masked counts here
 * as it does in bodies, so that the limit measures no secret.
 *
 * @param isUnpacked Whether the body is another than was sent.
 * @throws {Refusal} when it counts as too large.
 */
export function shownHead(
  { status, headers, bytes }: ResponseHead,
  isUnpacked: boolean,
  secrets: SecretBook,
  headerBytes: number,
): ShownHead {
  // One text: no secret holds the separator, and no header can.
  const text = [...headers].flat().join(SEPARATOR);
  const masked = secrets.maskCounted(text);
  if (bytes + masked.counted - text.length > headerBytes) {
    throw limited(`Response head exceeds the limit of ${headerBytes} bytes`);
  }
  const shown: Record<string, string> = Object.create(null);
  const texts = masked.text.split(SEPARATOR);
  // A length would tell that of a secret.
  const lacksLength = isUnpacked || secrets.size > 0;
  for (const [index, name] of [...headers.keys()].entries()) {
    if (name === "content-length" && lacksLength) continue;
    if (name === "content-encoding" && isUnpacked) continue;
    shown[texts[2 * index]!] = texts[2 * index + 1]!;
  }
  return { status, headers: shown };
}
