/** What is compared: packages that say that they hold what they run. */

/** The bounds that every package is given, in its own words. */
export interface Bounds {
  readonly timeoutMs: number;
  readonly memoryBytes: number;
}

/** A package with everything that it needs to run attacks. */
export interface OpenSubject<Attack> {
  /** Runs one to its end; rejects with what the package says of it. */
  run(attack: Attack): Promise<unknown>;
  /** Lets go of what it holds. */
  close(): Promise<void>;
}

/** A package, in its own process for each attack. */
export interface Subject<Attack> {
  /** As it stands in the table, with its version. */
  readonly name: string;
  /** Loads it; rejects where it can't be loaded here. */
  open(bounds: Bounds): Promise<OpenSubject<Attack>>;
}

/** One attack, the same for every package. */
export interface NamedAttack<Attack> {
  readonly name: string;
  readonly attack: Attack;
}

/** Attacks of one kind, and the packages that can be given them. */
export interface Family<Attack> {
  /** What {@linkcode CANARY} may be seen as is an escape. */
  readonly attacks: readonly NamedAttack<Attack>[];
  /** Comes to its end in no time, and answers {@linkcode HARMLESS_ANSWER}. */
  readonly harmless: Attack;
  readonly subjects: readonly Subject<Attack>[];
}

/** What the harmless attack answers. */
export const HARMLESS_ANSWER = 42;

/**
 * A secret of the process: a variable of its environment, a global and what is
 * in a file. Whoever answers with it has left the box.
 */
export const CANARY = "canary-of-the-host";

/** The name of the variable and of the global that hold the secret. */
export const CANARY_NAME = "COMPARE_CANARY";
