/** The subjects that a cluster of tools uses, all of them below one prefix. */

import { quote } from "../../quote.ts";

/** The first token of every subject, unless somebody says otherwise. */
export const DEFAULT_PREFIX = "tools";
/** What services call themselves, by which they are asked for. */
export const DEFAULT_SERVICE = "cortexai-tools";

const PREFIX = /^[A-Za-z0-9_-]{1,32}(?:\.[A-Za-z0-9_-]{1,32}){0,3}$/;
const TOKEN = /^[0-9a-f]{32}$/;
const MOST_REPLY_LENGTH = 256;
const REPLY = /^[A-Za-z0-9_-][A-Za-z0-9_$=.-]*$/;

/** Whom a message of a service is from, and how to speak to it of one call. */
export interface ControlSubject {
  readonly subject: string;
  /** Random, made anew by every service that starts. */
  readonly instance: string;
}

/** The subjects below one prefix. */
export class Subjects {
  readonly prefix: string;

  /** @throws {TypeError} for a prefix that can't begin a subject. */
  constructor(prefix: string) {
    if (!PREFIX.test(prefix)) {
      throw new TypeError(
        `Cannot use prefix ${
          quote(prefix)
        }: expected 1 to 4 names of letters, digits, _ and -, with dots between`,
      );
    }
    this.prefix = prefix;
  }

  /** Where any service that has this very tool takes calls. */
  call(tool: string, hash: string): string {
    return `${this.prefix}.call.${toolToken(tool)}.${hash}`;
  }

  /** Where they tell its schema. */
  schema(tool: string, hash: string): string {
    return `${this.prefix}.schema.${toolToken(tool)}.${hash}`;
  }

  /** Where one service takes calls. */
  direct(instance: string, tool: string, hash: string): string {
    return `${this.prefix}.to.${instance}.call.${toolToken(tool)}.${hash}`;
  }

  /** All that is sent to one service alone. */
  ofInstance(instance: string): string {
    return `${this.prefix}.to.${instance}.>`;
  }

  /** Where one service hears of one call. Who doesn't know it can't guess it. */
  control(instance: string, token: string): string {
    return `${this.prefix}.to.${instance}.of.${token}`;
  }

  /** The token of a call, or the tool and hash, of a subject to one service. */
  partsOf(subject: string): readonly string[] {
    return subject.slice(this.prefix.length + 1).split(".").slice(2);
  }

  /** Reads where a service wants to hear; undefined when that is elsewhere. */
  readControl(subject: string): ControlSubject | undefined {
    const before = `${this.prefix}.to.`;
    if (!subject.startsWith(before)) return undefined;
    const [instance, of, token, more] = subject.slice(before.length).split(".");
    const isOne = isToken(instance) && of === "of" && isToken(token) &&
      more === undefined;
    return isOne ? { subject, instance: instance! } : undefined;
  }

  /**
   * Whether an answer may be sent there. Whoever calls names it: it must not be
   * a service's, nor the server's.
   */
  isReply(subject: string): boolean {
    return subject.length <= MOST_REPLY_LENGTH && REPLY.test(subject) &&
      !subject.endsWith(".") && !subject.includes("..") &&
      !subject.startsWith(`${this.prefix}.`);
  }
}

/** A name that nobody guesses: 128 random bits. */
export function randomToken(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

/** Whether it has the shape of one. */
export function isToken(text: string | undefined): boolean {
  return text !== undefined && TOKEN.test(text);
}

/** Names of tools may have dots, which part the tokens of a subject. */
function toolToken(name: string): string {
  return name.replaceAll(".", "=");
}
