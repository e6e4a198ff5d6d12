/** The NATS subjects of a cluster, all below one prefix. */

import { quote } from "../../quote.ts";

/** The default first token of every subject. */
export const DEFAULT_PREFIX = "tools";
/** The default name of services, by which they are discovered. */
export const DEFAULT_SERVICE = "cortexai-tools";

const PREFIX = /^[A-Za-z0-9_-]{1,32}(?:\.[A-Za-z0-9_-]{1,32}){0,3}$/;
const TOKEN = /^[0-9a-f]{32}$/;
const MOST_REPLY_LENGTH = 256;
const REPLY = /^[A-Za-z0-9_-][A-Za-z0-9_$=.-]*$/;

/** Identifies the service and the call of a control subject. */
export interface ControlSubject {
  readonly subject: string;
  /** The random id of a service instance. */
  readonly instance: string;
}

/** The subjects below one prefix. */
export class Subjects {
  readonly prefix: string;

  /** @throws {TypeError} for an invalid prefix. */
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

  /** The subject for calls to any service with exactly this tool. */
  call(tool: string, hash: string): string {
    return `${this.prefix}.call.${toolToken(tool)}.${hash}`;
  }

  /** The subject for requesting its schema. */
  schema(tool: string, hash: string): string {
    return `${this.prefix}.schema.${toolToken(tool)}.${hash}`;
  }

  /** The subject for calls to one service. */
  direct(instance: string, tool: string, hash: string): string {
    return `${this.prefix}.to.${instance}.call.${toolToken(tool)}.${hash}`;
  }

  /** The wildcard for everything sent to one service. */
  ofInstance(instance: string): string {
    return `${this.prefix}.to.${instance}.>`;
  }

  /** The unguessable subject for one call at one service. */
  control(instance: string, token: string): string {
    return `${this.prefix}.to.${instance}.of.${token}`;
  }

  /**
   * The parts of a subject to one service: the call token, or tool and hash.
   */
  partsOf(subject: string): readonly string[] {
    return subject.slice(this.prefix.length + 1).split(".").slice(2);
  }

  /** Parses a control subject; undefined if it is not one. */
  readControl(subject: string): ControlSubject | undefined {
    const before = `${this.prefix}.to.`;
    if (!subject.startsWith(before)) return undefined;
    const [instance, of, token, more] = subject.slice(before.length).split(".");
    const isOne = isToken(instance) && of === "of" && isToken(token) &&
      more === undefined;
    return isOne ? { subject, instance: instance! } : undefined;
  }

  /**
   * Whether a response may be sent to a subject. The caller chooses it, so it
   * must not be a service's or the server's.
   */
  isReply(subject: string): boolean {
    return subject.length <= MOST_REPLY_LENGTH && REPLY.test(subject) &&
      !subject.endsWith(".") && !subject.includes("..") &&
      !subject.startsWith(`${this.prefix}.`);
  }
}

/** An unguessable token of 128 random bits. */
export function randomToken(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

/** Whether a text has the form of a token. */
export function isToken(text: string | undefined): boolean {
  return text !== undefined && TOKEN.test(text);
}

/** Escapes dots in tool names, which separate the tokens of a subject. */
function toolToken(name: string): string {
  return name.replaceAll(".", "=");
}
