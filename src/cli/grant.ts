/** Parses grants from flags: folders, hosts and secrets. */

import { UsageError } from "./usage_error.ts";

/** The value for `--allow-net` without hosts: every host. */
export const ANY_HOST = "*";

/** A folder to grant. */
export interface DirectoryGrant {
  readonly host: string;
  readonly guest: string;
}

const SEPARATOR = "::";

/**
 * Parses `HOST::GUEST`. The last separator counts: a host path may contain one,
 * and a Windows path (`C:\data::/data`) contains single colons. A folder alone
 * is granted under its own name, and `.` is the working directory.
 */
export function parseDirectory(text: string): DirectoryGrant {
  const at = text.lastIndexOf(SEPARATOR);
  if (at < 0) return { host: text, guest: ownName(text) };
  const host = text.slice(0, Math.max(at, 0));
  const guest = text.slice(at + SEPARATOR.length);
  if (host === "" || guest === "") throw badDirectory();
  return { host, guest };
}

/** The guest path of a folder given without one. */
function ownName(host: string): string {
  const names = host.split("/").filter((name) => name !== "" && name !== ".");
  const isPlain = host !== "" && !/[\\:]/.test(host) && !names.includes("..");
  if (!isPlain) throw badDirectory();
  return `/${names.join("/")}`;
}

function badDirectory(): UsageError {
  return new UsageError(
    "expected HOST::GUEST such as ./data::/data, or a folder below this one",
  );
}

/** Parses `HOST,...`, or the value for every host. */
export function parseHosts(text: string): true | string[] {
  if (text === ANY_HOST) return true;
  const hosts = text.split(",").map((host) => host.trim());
  if (hosts.includes("")) {
    throw new UsageError("expected hosts such as example.com,127.0.0.1:8080");
  }
  return hosts;
}

/** A secret to grant: where to find its value, never the value itself. */
export interface SecretFlag {
  readonly name: string;
  /** The environment variable with the value. */
  readonly variable: string;
  readonly hosts: readonly string[];
}

/** Parses `NAME=ENVVAR@HOST,...`. */
export function parseSecret(text: string): SecretFlag {
  const [, name, variable, hosts] = /^([^=@]+)=([^=@]+)@(.+)$/.exec(text) ?? [];
  if (!name || !variable || !hosts) {
    throw new UsageError(
      "expected NAME=ENVVAR@HOST such as KEY=WEATHER_KEY@api.example.com",
    );
  }
  return { name, variable, hosts: hosts.split(",") };
}
