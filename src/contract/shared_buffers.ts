/** The memory that threads share, as it is posted between them. */

/** What guests ask of the host in the middle of a call. */
export interface QuestionBuffers {
  readonly words: SharedArrayBuffer;
  readonly question: SharedArrayBuffer;
  readonly reply: SharedArrayBuffer;
}

/** The calls of one guest worker. */
export interface ChannelBuffers {
  readonly header: SharedArrayBuffer;
  readonly request: SharedArrayBuffer;
  readonly answer: SharedArrayBuffer;
  readonly questions: QuestionBuffers;
}

/** What a guest worker asks of the fetching worker. */
export interface HttpBuffers {
  readonly words: SharedArrayBuffer;
  readonly question: SharedArrayBuffer;
  readonly reply: SharedArrayBuffer;
}

/** Where a fetching worker counts its look-ups by name. */
export interface LookUpMemory {
  /** Of all fetching workers of the process. */
  readonly process: SharedArrayBuffer;
  /** Of this one. */
  readonly own: SharedArrayBuffer;
}
