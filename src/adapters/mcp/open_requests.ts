/** The requests over HTTP that have no whole answer yet, and what they hold. */

/** More at once are refused. */
export const MOST_REQUESTS = 4_096;
/** What each may hold whatever the others do. */
const OWN_BYTES = 64 * 1024;
/** What all may hold beyond that. */
const MOST_BYTES = 64 * 1024 * 1024;

/** A request, from its first byte until the last one of its answer. */
export interface OpenRequest {
  /** Takes room for more bytes; false when there is none. */
  hold(bytes: number): boolean;
  /** The same response, which closes the request at its end. */
  until(response: Response): Response;
  /** Gives back what it holds. */
  close(): void;
}

/** All of a server. */
export class OpenRequests {
  #count = 0;
  #bytes = 0;

  /** Counts one more; undefined when there are too many. */
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

/** A stream that tells when it has ended, or nobody reads it any more. */
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
