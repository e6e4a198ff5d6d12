/** The body of a request, which may be of any size and come at any pace. */

/** A body that is not read to its end. */
export class BodyRefused extends Error {
  override readonly name = "BodyRefused";
  /** The status of the answer. */
  readonly status: 408 | 413;

  constructor(status: 408 | 413, message: string) {
    super(message);
    this.status = status;
  }
}

/** Whoever sends for longer keeps a connection for nothing. */
const READ_MS = 30_000;

/**
 * Reads all of a body as text.
 *
 * @throws {BodyRefused} when it is longer or takes longer than it may.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
): Promise<string> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > maxBytes) throw tooLong(maxBytes);
  if (!request.body) return "";
  const reader = request.body.getReader();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(
      new BodyRefused(408, `The body did not come within ${READ_MS} ms`),
    );
  }, READ_MS);
  try {
    return await Promise.race([readText(reader, maxBytes), late.promise]);
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function readText(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: false });
  let text = "";
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.length;
    if (length > maxBytes) throw tooLong(maxBytes);
    text += decoder.decode(value, { stream: true });
  }
}

function tooLong(maxBytes: number): BodyRefused {
  return new BodyRefused(413, `The body has more than ${maxBytes} bytes`);
}
