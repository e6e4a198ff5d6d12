/** The shared memory that is posted between threads. */

/** A guest's questions to the host during a call. */
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

/** A guest worker's requests to the fetching worker. */
export interface HttpBuffers {
  readonly words: SharedArrayBuffer;
  readonly question: SharedArrayBuffer;
  readonly reply: SharedArrayBuffer;
}

/** Counters of a fetching worker's DNS look-ups. */
export interface LookUpMemory {
  /** Shared by all fetching workers of the process. */
  readonly process: SharedArrayBuffer;
  /** Of this worker only. */
  readonly own: SharedArrayBuffer;
}
