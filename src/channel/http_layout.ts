/**
 * The HTTP channel: shared memory between one guest worker, which blocks, and
 * the fetching worker, which never does. The host creates it and does not take
 * part.
 *
 * ```text
 *  words, written by the guest (the version by the host)
 *  ┌─────────┬──────┬───────┬───────┬──────┬────┬────────┬──────┬──────┐
 *  │ version │ bell │ asked │ ended │ last │ op │ handle │ head │ body │
 *  └─────────┴──────┴───────┴───────┴──────┴────┴────────┴──────┴──────┘
 *  words, written by the fetching worker             by the host
 *  ┌──────────┬───────┬──────┬───────┬───────┐     ┌────────┐
 *  │ answered │ value │ text │ piece │ isEnd │     │ closed │
 *  └──────────┴───────┴──────┴───────┴───────┘     └────────┘
 *
 *  question buffer, written by the guest:            head (JSON), body
 *  reply buffer, written by the fetching worker:     text (JSON), piece of body
 * ```
 *
 * Questions are numbered. The guest writes a question, stores its number in
 * `asked` and rings the bell; a reply counts once `answered` has that number.
 * A guest that is stopped does not wait for it. At the end of a call the guest
 * stores in `last` which question was the last of it and raises `ended`, before
 * it writes anything else: what was asked before is then cancelled, a question
 * that was not seen in time is passed over, and one that was read half over is
 * seen to be one.
 */

import type { GrantedLimits } from "../contract/network_messages.ts";
import type { HttpBuffers } from "../contract/shared_buffers.ts";

/** The layout's version; the guest compares it before anything else. */
export const HTTP_CHANNEL_VERSION = 3;

/** The operations that a guest requests from the fetching worker. */
export const HttpOp = {
  /** Starts a request; returns a handle. */
  Request: 1,
  /** Returns the head of a response as JSON, and the body if available. */
  Head: 2,
  /** Returns a piece of the body. */
  Read: 3,
  /** Closes a response. */
  Close: 4,
  /**
   * Waits until at least one of several handles is ready, and returns the ready
   * ones. {@linkcode encodeWait} encodes the head, and
   * {@linkcode encodeHandles} the piece of the reply.
   */
  Wait: 5,
} as const;

/** One of the ops. */
export type HttpOp = typeof HttpOp[keyof typeof HttpOp];

/** Error numbers, which guests receive negated. */
export const HttpError = {
  /** The request is malformed, or its arguments are. */
  Invalid: 1,
  /** The request is not granted. */
  Denied: 2,
  /** A limit of the call is reached. */
  Limit: 3,
  /** The host can't be resolved, reached or trusted. */
  Unreachable: 4,
  /** The response violates the protocol or is truncated. */
  Broken: 5,
  /** There is no such handle. */
  BadHandle: 6,
  /** A pointer is out of bounds. */
  Fault: 7,
} as const;

/** One of the errors. */
export type HttpError = typeof HttpError[keyof typeof HttpError];

/** Indices of the words. */
export const HttpWord = {
  version: 0,
  bell: 1,
  asked: 2,
  ended: 3,
  op: 4,
  handle: 5,
  headBytes: 6,
  bodyBytes: 7,
  answered: 8,
  /** A handle, or a negated error number. */
  value: 9,
  textBytes: 10,
  pieceBytes: 11,
  /** Whether the body ends with this piece. */
  isEnd: 12,
  closed: 13,
  /** The number of the last question of ended calls. */
  lastOfEnded: 14,
} as const;

/** Bytes of the words. */
const HTTP_WORDS_BYTES = 64;

/** Size of a piece of a body. */
export const PIECE_BYTES = 65_536;

/** A guest's question. */
export interface HttpQuestion {
  readonly op: HttpOp;
  readonly handle: number;
  readonly head: Uint8Array;
  readonly body: Uint8Array;
}

/** The handles and the time that a guest waits for. */
export interface HttpWait {
  /** Milliseconds; no limit where it is negative. */
  readonly timeoutMs: number;
  readonly handles: readonly number[];
}

/** Handles as bytes: 32 bits each, little-endian. */
export function encodeHandles(handles: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(handles.length * 4));
  handles.forEach((handle, index) => view.setInt32(index * 4, handle, true));
  return new Uint8Array(view.buffer);
}

/** Decodes handles; trailing bytes that do not make one are ignored. */
export function decodeHandles(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor(bytes.byteLength / 4);
  return Array.from(
    { length: count },
    (_, index) => view.getInt32(index * 4, true),
  );
}

/** Encodes a wait: the time, like another handle in front. */
export function encodeWait({ timeoutMs, handles }: HttpWait): Uint8Array {
  return encodeHandles([timeoutMs, ...handles]);
}

/** Decodes a wait. */
export function decodeWait(bytes: Uint8Array): HttpWait {
  const [timeoutMs = 0, ...handles] = decodeHandles(bytes);
  return { timeoutMs, handles };
}

/** The fetching worker's reply. */
export interface HttpReply {
  /** A handle, a count, or the negative of an error. */
  readonly value: number;
  /** The head of a response, or a refusal, as JSON. */
  readonly text?: Uint8Array;
  readonly piece?: Uint8Array;
  readonly isEnd?: boolean;
}

/** The JSON text of an error reply. */
export interface RefusalText {
  readonly message: string;
  /** The refused request, for the host. */
  readonly denied?: DeniedRequest;
}

/** A network request of a guest that was refused. */
export interface DeniedRequest {
  /** The requested URL, truncated, with `{{NAME}}` for secrets. */
  readonly url: string;
  /** Why it was refused. */
  readonly reason: string;
  /** Only refused file operations have a path. */
  readonly path?: undefined;
}

/** The maximum number of refusals in a call's record. */
export const MAX_DENIED = 32;

/** Creates the memory of a channel, with room for what the limits allow. */
export function httpBuffers(limits: GrantedLimits): HttpBuffers {
  const { headerBytes, requestBytes, requests } = limits;
  // A head's JSON has at most four bytes for one of a header: `"a":"",` for
  // `a:` and an end of line.
  const textBytes = 4 * headerBytes + PIECE_BYTES;
  const waitBytes = 4 * (requests + 1);
  const words = new SharedArrayBuffer(HTTP_WORDS_BYTES);
  new Int32Array(words)[HttpWord.version] = HTTP_CHANNEL_VERSION;
  return {
    words,
    question: growable(Math.max(headerBytes + requestBytes, waitBytes)),
    reply: growable(textBytes + PIECE_BYTES),
  };
}

function growable(maxByteLength: number): SharedArrayBuffer {
  return new SharedArrayBuffer(Math.min(PIECE_BYTES, maxByteLength), {
    maxByteLength,
  });
}
