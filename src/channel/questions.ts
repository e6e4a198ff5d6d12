/**
 * Questions that a guest asks the host during a call: one protocol for all
 * kinds of questions, in separate shared memory.
 *
 * ```text
 *  words, written by the guest                       by the host
 *  ┌───────┬──────┬──────┬───────┬───────┬──────┐    ┌──────────┬───────┐
 *  │ asked │ call │ kind │ total │ piece │ room │    │ answered │ value │
 *  └───────┴──────┴──────┴───────┴───────┴──────┘    └──────────┴───────┘
 *                                                    ┌───────┬───────┐
 *                                                    │ total │ piece │
 *                                                    └───────┴───────┘
 *  question buffer, by the guest                     reply buffer, by the host
 * ```
 *
 * Every exchange has a unique number, which is not reused while anyone
 * remembers it. The guest writes a question, its call's number and, last, the
 * exchange's number in `asked`, and rings the channel's bell; the reply is
 * valid once `answered` has that number. A reader checks the numbers again
 * after copying. A reply to a question that the guest no longer waits for is
 * not written.
 *
 * Data longer than a buffer is sent in pieces, one per exchange: the host
 * accepts a piece of a question with an empty reply, and the guest requests the
 * next piece of a reply with a question of the kind {@linkcode NEXT_PIECE}.
 */

import type { QuestionBuffers } from "../contract/shared_buffers.ts";

/** Size of a piece of a question or a reply. */
export const PIECE_BYTES = 65_536;

/**
 * Every kind of question, and its maximum size in bytes. To add a kind, add it
 * here, and a handler with its name on the host.
 */
export const QuestionBytes = {
  /** Reads standard input, up to the room for the reply. */
  stdin: 0,
  /** Writes standard output. */
  stdout: 65_536,
  /** Writes standard error. */
  stderr: 65_536,
  /** Creates a symbolic link; the payload is JSON with two arbitrary paths. */
  link: 1_048_576,
  /** Connects to the network. */
  network: 0,
  /** Calls a host function; `host_layout.ts` describes the payload. */
  host: 1_048_835,
} as const;

/** The name of a kind of question, and of its handler on the host. */
export type QuestionKind = keyof typeof QuestionBytes;

/** The kind of an exchange that requests the rest of a long reply. */
export const NEXT_PIECE = 0;

/** A kind and its number, starting at 1. */
export interface NumberedKind {
  readonly number: number;
  readonly name: QuestionKind;
  readonly maxBytes: number;
}

const KINDS: readonly NumberedKind[] = Object.entries(QuestionBytes)
  .map(([name, maxBytes], index) => ({
    number: index + 1,
    name: name as QuestionKind,
    maxBytes,
  }));
const BY_NAME: ReadonlyMap<QuestionKind, NumberedKind> = new Map(
  KINDS.map((kind) => [kind.name, kind]),
);

/** The kind with a name. */
export function kindNamed(name: QuestionKind): NumberedKind {
  return BY_NAME.get(name)!;
}

/** The kind with a number; undefined if there is none. */
export function kindNumbered(number: number): NumberedKind | undefined {
  return KINDS[number - 1];
}

/** Indices of the words. */
export const QuestionWord = {
  asked: 0,
  call: 1,
  kind: 2,
  totalBytes: 3,
  pieceBytes: 4,
  room: 5,
  answered: 6,
  value: 7,
  replyTotalBytes: 8,
  replyPieceBytes: 9,
} as const;

/** Bytes of the words. */
const WORDS_BYTES = 64;

/** A question, as received by the host; the bytes are a copy. */
export interface Question {
  /** The number of its last exchange. */
  readonly number: number;
  readonly kind: QuestionKind;
  readonly payload: Uint8Array;
  /** The maximum size of the reply, in bytes. */
  readonly room: number;
}

/** The host's reply to a question. */
export interface Reply {
  /** The result: a 32-bit count or error number. */
  readonly value: number;
  /** The payload, at most as large as the question's room. */
  readonly payload?: Uint8Array;
}

/** Creates the memory for the questions of one worker. */
export function questionBuffers(): QuestionBuffers {
  return {
    words: new SharedArrayBuffer(WORDS_BYTES),
    question: new SharedArrayBuffer(PIECE_BYTES),
    reply: new SharedArrayBuffer(PIECE_BYTES),
  };
}
