/**
 * Reads the body of a request, which may be of any size and arrive at any pace.
 */

/** A body that was refused before its end. */
export class BodyRefused extends Error {
  override readonly name = "BodyRefused";
  /** The status of the response. */
  readonly status: 408 | 413 | 503;

  constructor(status: BodyRefused["status"], message: string) {
    super(message);
    this.status = status;
  }
}

/** Timeout for receiving a body. */
const READ_MS = 30_000;
/** Initial buffer size, enough for most messages. */
const FIRST_BYTES = 2_048;

/**
 * Reads a whole body.
 *
 * @param hold Reserves bytes; false if the limit is reached.
 * @throws {BodyRefused} when it is too long, too slow, or exceeds the memory
 * limit.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
  hold: (bytes: number) => boolean,
): Promise<Uint8Array> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > maxBytes) throw tooLong(maxBytes);
  if (!request.body) return new Uint8Array();
  const reader = request.body.getReader();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(
      new BodyRefused(408, `The body did not come within ${READ_MS} ms`),
    );
  }, READ_MS);
  try {
    return await Promise.race([readAll(reader, maxBytes, hold), late.promise]);
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
  hold: (bytes: number) => boolean,
): Promise<Uint8Array> {
  let all = new Uint8Array(FIRST_BYTES);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return all.subarray(0, length);
    const end = length + value.length;
    if (end > maxBytes) throw tooLong(maxBytes);
    if (!hold(value.length)) {
      throw new BodyRefused(503, "The server is busy: it holds many requests");
    }
    if (end > all.length) {
      const wider = new Uint8Array(Math.max(end, 2 * all.length));
      wider.set(all.subarray(0, length));
      all = wider;
    }
    // A chunk of one byte may come in a buffer of 64 KiB.
    all.set(value, length);
    length = end;
  }
}

function tooLong(maxBytes: number): BodyRefused {
  return new BodyRefused(413, `The body has more than ${maxBytes} bytes`);
}
