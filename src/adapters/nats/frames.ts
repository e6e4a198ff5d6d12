/**
 * The messages of a call. The sender is untrusted: every reader validates what
 * it reads, and accepts no other message.
 *
 * ```text
 * byte 0   version, 1
 * byte 1   kind
 *          Call     budgetMs u32, totalBytes u32, wishes u32, the first piece
 *          Piece    number u32 (from 1), bytes
 *          Credit   how many pieces may be sent, u32
 *          Cancel
 *          Alive    how many pieces may be sent, u32
 *          Refused  reason u8, why in UTF-8
 *          Result   totalBytes u32, the first piece
 *          Stderr   bytes
 * ```
 */

/** The version of these messages. */
export const FRAME_VERSION = 1;

/** The kinds of messages. */
export const FRAME_KINDS = {
  Call: 1,
  Piece: 2,
  Credit: 3,
  Cancel: 4,
  Alive: 5,
  Refused: 6,
  Result: 7,
  Stderr: 8,
} as const;

/** Why a service refuses a call. */
export const REFUSALS = {
  Busy: 1,
  Draining: 2,
  TooLarge: 3,
  NotUnderstood: 4,
} as const;

/** The code of a refusal. */
export type Refusal = typeof REFUSALS[keyof typeof REFUSALS];

/** A decoded message. */
export type Frame =
  | {
    readonly kind: "Call";
    readonly budgetMs: number;
    readonly totalBytes: number;
    /** Whether standard error is forwarded as it is written. */
    readonly wantsStderr: boolean;
    readonly piece: Uint8Array;
  }
  | {
    readonly kind: "Piece";
    readonly number: number;
    readonly piece: Uint8Array;
  }
  | { readonly kind: "Credit" | "Alive"; readonly pieces: number }
  | { readonly kind: "Cancel" }
  | {
    readonly kind: "Refused";
    readonly reason: Refusal;
    readonly why: string;
  }
  | {
    readonly kind: "Result";
    readonly totalBytes: number;
    readonly piece: Uint8Array;
  }
  | { readonly kind: "Stderr"; readonly piece: Uint8Array };

const WANTS_STDERR = 1;
const MOST_WHY_BYTES = 500;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
const REASONS: ReadonlySet<number> = new Set(Object.values(REFUSALS));

/** Requests a call; `piece` is the start of its arguments. */
export function callFrame(
  budgetMs: number,
  totalBytes: number,
  wantsStderr: boolean,
  piece: Uint8Array,
): Uint8Array {
  const wishes = wantsStderr ? WANTS_STDERR : 0;
  return frame(FRAME_KINDS.Call, [budgetMs, totalBytes, wishes], piece);
}

/** Continues arguments or a result. */
export function pieceFrame(number: number, piece: Uint8Array): Uint8Array {
  return frame(FRAME_KINDS.Piece, [number], piece);
}

/** Allows a service to send a total of `pieces` pieces of a result. */
export function creditFrame(pieces: number): Uint8Array {
  return frame(FRAME_KINDS.Credit, [pieces]);
}

/** Cancels a call. */
export function cancelFrame(): Uint8Array {
  return frame(FRAME_KINDS.Cancel, []);
}

/** Reports that a call is alive, and how many pieces of it may be sent. */
export function aliveFrame(pieces: number): Uint8Array {
  return frame(FRAME_KINDS.Alive, [pieces]);
}

/** Reports that a call was refused. */
export function refusedFrame(reason: Refusal, why: string): Uint8Array {
  const text = ENCODER.encode(why).subarray(0, MOST_WHY_BYTES);
  const all = new Uint8Array(3 + text.length);
  all.set([FRAME_VERSION, FRAME_KINDS.Refused, reason]);
  all.set(text, 3);
  return all;
}

/** Returns the result of a call; `piece` is its start. */
export function resultFrame(totalBytes: number, piece: Uint8Array): Uint8Array {
  return frame(FRAME_KINDS.Result, [totalBytes], piece);
}

/** Forwards a tool's standard error. */
export function stderrFrame(piece: Uint8Array): Uint8Array {
  return frame(FRAME_KINDS.Stderr, [], piece);
}

/** Decodes a message; undefined if it is invalid. */
export function readFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes[0] !== FRAME_VERSION) return undefined;
  switch (bytes[1]) {
    case FRAME_KINDS.Call:
      return readCall(bytes);
    case FRAME_KINDS.Piece: {
      const [number] = numbers(bytes, 1);
      if (number === undefined) return undefined;
      return { kind: "Piece", number, piece: bytes.subarray(6) };
    }
    case FRAME_KINDS.Credit:
    case FRAME_KINDS.Alive: {
      const [pieces] = numbers(bytes, 1);
      if (pieces === undefined || bytes.length !== 6) return undefined;
      const kind = bytes[1] === FRAME_KINDS.Credit ? "Credit" : "Alive";
      return { kind, pieces };
    }
    case FRAME_KINDS.Cancel:
      return bytes.length === 2 ? { kind: "Cancel" } : undefined;
    case FRAME_KINDS.Refused:
      return readRefused(bytes);
    case FRAME_KINDS.Result: {
      const [totalBytes] = numbers(bytes, 1);
      if (totalBytes === undefined) return undefined;
      return { kind: "Result", totalBytes, piece: bytes.subarray(6) };
    }
    case FRAME_KINDS.Stderr:
      return { kind: "Stderr", piece: bytes.subarray(2) };
    default:
      return undefined;
  }
}

function readCall(bytes: Uint8Array): Frame | undefined {
  const [budgetMs, totalBytes, wishes] = numbers(bytes, 3);
  if (wishes === undefined) return undefined;
  return {
    kind: "Call",
    budgetMs: budgetMs!,
    totalBytes: totalBytes!,
    wantsStderr: (wishes & WANTS_STDERR) !== 0,
    piece: bytes.subarray(14),
  };
}

function readRefused(bytes: Uint8Array): Frame | undefined {
  const reason = bytes[2];
  if (reason === undefined || !REASONS.has(reason)) return undefined;
  const why = DECODER.decode(bytes.subarray(3, 3 + MOST_WHY_BYTES));
  return { kind: "Refused", reason: reason as Refusal, why };
}

function frame(
  kind: number,
  values: readonly number[],
  piece?: Uint8Array,
): Uint8Array {
  const head = 2 + 4 * values.length;
  const all = new Uint8Array(head + (piece?.length ?? 0));
  all[0] = FRAME_VERSION;
  all[1] = kind;
  const view = new DataView(all.buffer);
  values.forEach((value, i) => view.setUint32(2 + 4 * i, value, true));
  if (piece) all.set(piece, head);
  return all;
}

function numbers(bytes: Uint8Array, count: number): number[] {
  if (bytes.length < 2 + 4 * count) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from(
    { length: count },
    (_, i) => view.getUint32(2 + 4 * i, true),
  );
}
