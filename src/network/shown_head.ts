/** The head of a response, as the guest sees it. */

import type { ResponseHead } from "./http/response_head.ts";
import { limited } from "./policy/refusal.ts";
import type { SecretBook } from "./secrets/secret_book.ts";

const SEPARATOR = "\0";

/** Status and headers, without secrets. */
export interface ShownHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Masks a head. Its size was already limited when it was read; here masked
 * parts count as in bodies, so that the limit does not reveal a secret's
 * length.
 *
 * @param isUnpacked Whether the body was decompressed.
 * @throws {Refusal} when its counted size is too large.
 */
export function shownHead(
  head: ResponseHead,
  isUnpacked: boolean,
  secrets: SecretBook,
  headerBytes: number,
): ShownHead {
  const shown: Record<string, string> = Object.create(null);
  for (const [name, value] of masked(head, secrets, headerBytes)) {
    // The length would reveal that of a secret.
    const isOfSentBody = name === "content-length"
      ? isUnpacked || secrets.size > 0
      : name === "content-encoding" && isUnpacked;
    if (!isOfSentBody) shown[name] = value;
  }
  return { status: head.status, headers: shown };
}

function* masked(
  { headers, bytes }: ResponseHead,
  secrets: SecretBook,
  headerBytes: number,
): Iterable<readonly [name: string, value: string]> {
  if (secrets.size === 0) return yield* headers;
  // Joined to one text: neither a secret nor a header can contain the
  // separator.
  const text = [...headers].flat().join(SEPARATOR);
  const masked = secrets.maskCounted(text);
  if (bytes + masked.counted - text.length > headerBytes) {
    throw limited(`Response head exceeds the limit of ${headerBytes} bytes`);
  }
  const texts = masked.text.split(SEPARATOR);
  for (let at = 0; at + 1 < texts.length; at += 2) {
    yield [texts[at]!, texts[at + 1]!];
  }
}
