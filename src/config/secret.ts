/** A credential that guests use without seeing it. */

import { parseHostGrant } from "./host_grant.ts";
import { quote } from "../quote.ts";

/** Options of {@linkcode SandboxConfigBuilder.secret}. */
export interface SecretOptions {
  /** Where the value may go: entries as of `allowNetwork`, at least one. */
  readonly hosts: readonly string[];
}

/** The public part of a secret, without its value. */
export interface SecretGrant {
  /** The name that guests write as `{{NAME}}`. */
  readonly name: string;
  /** The hosts that may receive the value. */
  readonly hosts: readonly string[];
}

/** A secret with its value: only for the thread that sends requests. */
export interface Secret extends SecretGrant {
  readonly value: string;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
/**
 * Characters allowed in a header value, so that a secret can't inject a header.
 */
const VALUE = /^[\x20-\x7e]*$/;
/** Masking shorter values would blank out most of many responses. */
const MIN_VALUE_LENGTH = 4;
const MAX_VALUE_LENGTH = 8192;

/**
 * Checks and copies a secret. No message contains the value.
 *
 * @throws {TypeError} when a part of it is invalid.
 */
export function checkSecret(
  name: string,
  value: string,
  options: SecretOptions,
): Secret {
  if (typeof name !== "string" || !NAME.test(name)) {
    throw wrong(`${quote(name)} is not a name of letters, digits and "_"`);
  }
  checkValue(name, value);
  for (const key of Object.keys(options ?? {})) {
    if (key !== "hosts") throw wrong(`unknown option ${quote(key)}`);
  }
  return Object.freeze({
    name,
    value,
    hosts: checkHosts(name, options?.hosts),
  });
}

function checkValue(name: string, value: string): void {
  if (typeof value !== "string") {
    throw wrong(`value of ${name} is not a string`);
  }
  const { length } = value;
  if (length < MIN_VALUE_LENGTH || length > MAX_VALUE_LENGTH) {
    throw wrong(
      `value of ${name} has ${length} characters, expected ${MIN_VALUE_LENGTH} to ${MAX_VALUE_LENGTH}`,
    );
  }
  if (!VALUE.test(value) || value !== value.trim()) {
    throw wrong(
      `value of ${name} is not printable ASCII without spaces at its ends`,
    );
  }
}

function checkHosts(
  name: string,
  hosts: readonly string[] | undefined,
): readonly string[] {
  if (!Array.isArray(hosts) || hosts.length === 0) {
    throw wrong(`${name} needs a list of hosts`);
  }
  for (const host of hosts) {
    if (typeof host !== "string") {
      throw wrong(`host ${quote(host)} of ${name} is not a string`);
    }
    parseHostGrant(host, "secret");
  }
  return Object.freeze([...hosts]);
}

function wrong(why: string): TypeError {
  return new TypeError(`Cannot set secret: ${why}`);
}
