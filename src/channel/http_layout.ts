/**
 * The HTTP channel: shared memory between one guest worker, which blocks, and
 * the fetching worker, which never does. The host makes it and stays out of it.
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

/** What a guest asks of the fetching worker. */
export const HttpOp = {
  /** To start a request; replies a handle. */
  Request: 1,
  /** For the head of a response; replies JSON, and the body if it is there. */
  Head: 2,
  /** For a piece of the body. */
  Read: 3,
  /** To let go of a response. */
  Close: 4,
  /**
   * For which of several handles there is something to be had at once, as soon
   * as there is; the head is as {@linkcode encodeWait} makes it, and the piece
   * of the reply as {@linkcode encodeHandles}.
   */
  Wait: 5,
} as const;

/** One of the ops. */
export type HttpOp = typeof HttpOp[keyof typeof HttpOp];

/** Why something was not done; guests get it as a negative number. */
export const HttpError = {
  /** The request is malformed, or its arguments are. */
  Invalid: 1,
  /** What is asked for is not granted. */
  Denied: 2,
  /** A limit of the call is reached. */
  Limit: 3,
  /** The host can't be found, reached or trusted. */
  Unreachable: 4,
  /** The response breaks the protocol or off. */
  Broken: 5,
  /** There is no such handle. */
  BadHandle: 6,
  /** A pointer leads out of the guest's memory. */
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
  /** A handle, or the negative of an error. */
  value: 9,
  textBytes: 10,
  pieceBytes: 11,
  /** Whether the body ends with this piece. */
  isEnd: 12,
  closed: 13,
  /** The number of the last question of the calls that have ended. */
  lastOfEnded: 14,
} as const;

/** Bytes of the words. */
const HTTP_WORDS_BYTES = 64;

/** Bytes of a body that pass the channel at once. */
export const PIECE_BYTES = 65_536;

/** What a guest asks. */
export interface HttpQuestion {
  readonly op: HttpOp;
  readonly handle: number;
  readonly head: Uint8Array;
  readonly body: Uint8Array;
}

/** What a guest waits for. */
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

/** Reads handles; bytes that are too few for one are left out. */
export function decodeHandles(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor(bytes.byteLength / 4);
  return Array.from(
    { length: count },
    (_, index) => view.getInt32(index * 4, true),
  );
}

/** What is waited for as bytes: the time as if it were the first handle. */
export function encodeWait({ timeoutMs, handles }: HttpWait): Uint8Array {
  return encodeHandles([timeoutMs, ...handles]);
}

/** Reads what is waited for. */
export function decodeWait(bytes: Uint8Array): HttpWait {
  const [timeoutMs = 0, ...handles] = decodeHandles(bytes);
  return { timeoutMs, handles };
}

/** What the fetching worker replies. */
export interface HttpReply {
  /** A handle, a count, or the negative of an error. */
  readonly value: number;
  /** The head of a response, or a refusal, as JSON. */
  readonly text?: Uint8Array;
  readonly piece?: Uint8Array;
  readonly isEnd?: boolean;
}

/** What a reply with an error tells, as JSON in its text. */
export interface RefusalText {
  readonly message: string;
  /** What the guest tried that is not granted, for the host. */
  readonly denied?: DeniedRequest;
}

/** Something that a guest asked of the network and did not get. */
export interface DeniedRequest {
  /** What was asked for: the URL, cut, with `{{NAME}}` for secrets. */
  readonly url: string;
  /** Why it was refused. */
  readonly reason: string;
  /** Only what was asked of files has one. */
  readonly path?: undefined;
}

/** The most refusals that a call's record holds. */
export const MAX_DENIED = 32;

/** Makes the memory of a channel, with room for what the limits allow. */
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
