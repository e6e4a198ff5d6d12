/**
 * What a guest asks of the host in the middle of a call: one protocol for all
 * kinds of questions, in shared memory of its own.
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
 * Every passage has a number of its own, which never comes again while anybody
 * remembers it. The guest writes a question, its call's number and, last, the
 * passage's number in `asked`, and rings the channel's bell; the reply counts
 * once `answered` has that number. Whoever copies something out looks at the
 * numbers again afterwards. A reply to a question that the guest does not wait
 * for any more is not written.
 *
 * What is longer than a buffer passes in pieces, one passage each: the host
 * takes a piece of a question with an empty reply, and the guest asks for the
 * next piece of a reply with a question of the kind {@linkcode NEXT_PIECE}.
 */

import type { QuestionBuffers } from "../contract/shared_buffers.ts";

/** Bytes of a question or a reply that pass at once. */
export const PIECE_BYTES = 65_536;

/**
 * Every kind of question, and the most bytes of one. To add a kind, add it here
 * and a handler of its name on the host.
 */
export const QuestionBytes = {
  /** For standard input, as much as there is room for. */
  stdin: 0,
  /** To take standard output. */
  stdout: 65_536,
  /** To take standard error. */
  stderr: 65_536,
  /** To make a symbolic link; the payload is JSON, of any two paths. */
  link: 1_048_576,
  /** To be connected to the network. */
  network: 0,
  /** For a host function; the payload is as `host_layout.ts` says. */
  host: 1_048_835,
} as const;

/** The name of a kind of question, which its handler on the host has too. */
export type QuestionKind = keyof typeof QuestionBytes;

/** The number of the passage that asks for what is left of a long reply. */
export const NEXT_PIECE = 0;

/** A kind and its number, which counts from one. */
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

/** The kind of a name. */
export function kindNamed(name: QuestionKind): NumberedKind {
  return BY_NAME.get(name)!;
}

/** The kind of a number; undefined when there is none. */
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

/** A question as the host sees it; the bytes are a copy. */
export interface Question {
  /** The number of its last passage. */
  readonly number: number;
  readonly kind: QuestionKind;
  readonly payload: Uint8Array;
  /** The most bytes that the guest takes in the reply. */
  readonly room: number;
}

/** The host's reply to a question. */
export interface Reply {
  /** What it comes to: a count or an error number, 32 bits. */
  readonly value: number;
  /** At most as many bytes as the question has room for. */
  readonly payload?: Uint8Array;
}

/** Makes the memory for the questions of one worker. */
export function questionBuffers(): QuestionBuffers {
  return {
    words: new SharedArrayBuffer(WORDS_BYTES),
    question: new SharedArrayBuffer(PIECE_BYTES),
    reply: new SharedArrayBuffer(PIECE_BYTES),
  };
}
