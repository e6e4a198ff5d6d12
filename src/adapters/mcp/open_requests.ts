/** The open HTTP requests, and the memory that they hold. */

/** Maximum number of open requests; more are refused. */
export const MOST_REQUESTS = 4_096;
/** Bytes that each may hold regardless of the others. */
const OWN_BYTES = 64 * 1024;
/** Bytes that all may hold in addition. */
const MOST_BYTES = 64 * 1024 * 1024;

/** A request, from its first byte to the last byte of its response. */
export interface OpenRequest {
  /** Reserves more bytes; false if the limit is reached. */
  hold(bytes: number): boolean;
  /** The response, wrapped to close the request at its end. */
  until(response: Response): Response;
  /** Releases the reserved bytes. */
  close(): void;
}

/** All open requests of a server. */
export class OpenRequests {
  #count = 0;
  #bytes = 0;

  /** Counts another request; undefined if there are too many. */
  open(): OpenRequest | undefined {
    if (this.#count >= MOST_REQUESTS) return undefined;
    this.#count++;
    let isOpen = true;
    let length = 0;
    const close = () => {
      if (!isOpen) return;
      isOpen = false;
      this.#count--;
      this.#bytes -= shared(length);
    };
    return {
      hold: (bytes) => {
        const more = shared(length + bytes) - shared(length);
        if (more > 0 && this.#bytes + more > MOST_BYTES) return false;
        length += bytes;
        this.#bytes += more;
        return true;
      },
      until: (response) => {
        if (!response.body) {
          close();
          return response;
        }
        return new Response(closing(response.body, close), response);
      },
      close,
    };
  }
}

function shared(bytes: number): number {
  return Math.max(0, bytes - OWN_BYTES);
}

/** A stream that reports its end or cancellation. */
function closing(
  body: ReadableStream<Uint8Array>,
  close: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        close();
        controller.close();
      } catch (error) {
        close();
        controller.error(error);
      }
    },
    async cancel(reason) {
      close();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
