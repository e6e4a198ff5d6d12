/** Collects the options of a configuration, and checks each as it comes. */

import { PAGE_BYTES } from "../contract/page_bytes.ts";
import { type AllowedPathOptions, checkAllowedPath } from "./allowed_path.ts";
import { type ConfigValues, DEFAULTS } from "./config_values.ts";
import { parseHostGrant } from "./host_grant.ts";
import {
  checkMemoryDirectory,
  type MemoryDirectoryOptions,
} from "./memory_directory.ts";
import { checkNetworkLimits, type NetworkLimits } from "./network_limits.ts";
import {
  checkHostFunction,
  checkNumericFunction,
  type HostFunctionOptions,
  type HostHandler,
  type NumericFunctionGrant,
} from "./host_function.ts";
import {
  checkHostFunctionLimits,
  type HostFunctionLimits,
} from "./host_function_limits.ts";
import {
  checkDeterministic,
  type DeterministicOptions,
} from "./deterministic.ts";
import { checkHostPath } from "./given_host_path.ts";
import { checkGuestPath } from "./guest_path.ts";
import { checkFuel, checkTime, checkWhole } from "./option_checks.ts";
import { quote } from "../quote.ts";
import type { SandboxConfig } from "./sandbox_config.ts";
import { checkSecret, type SecretOptions } from "./secret.ts";

/** An answer must fit into one string of V8, and into shared memory. */
const MAX_RESULT_BYTES = 2 ** 28;
const MAX_WORKERS = 1024;

/**
 * Collects the options of a {@linkcode SandboxConfig}. Every method checks its
 * value at once and returns the builder.
 */
export class SandboxConfigBuilder {
  readonly #create: (values: Readonly<ConfigValues>) => SandboxConfig;
  readonly #values: ConfigValues = { ...DEFAULTS };

  /** @internal {@linkcode SandboxConfig.builder} makes builders. */
  constructor(create: (values: Readonly<ConfigValues>) => SandboxConfig) {
    this.#create = create;
  }

  /**
   * Sets the most bytes that all memories and tables of a guest may take.
   *
   * @param bytes Bytes; memories grow in pages of 65 536.
   * @returns this builder, for the next call.
   * @throws {RangeError} unless it is a whole number of at least 65 536, one
   * page.
   * @default 67 108 864, 64 MiB.
   */
  maxMemoryBytes(bytes: number): this {
    const limit = checkWhole("maxMemoryBytes", bytes, PAGE_BYTES, 2 ** 40);
    this.#values.maxMemoryBytes = limit;
    return this;
  }

  /**
   * Sets the most milliseconds that a call may run.
   *
   * @param ms Milliseconds.
   * @returns this builder, for the next call.
   * @throws {RangeError} unless it is above 0 and at most 2 147 483 647.
   * @default 30 000.
   */
  maxExecutionTime(ms: number): this {
    this.#values.maxExecutionTime = checkTime("maxExecutionTime", ms);
    return this;
  }

  /**
   * Grants a host folder. Read-only unless `options.write` is `true`.
   *
   * @param guest The absolute path that the guest sees.
   * @param host The folder on the host.
   * @param options Whether the guest may write, or write into an overlay.
   * @returns this builder, for the next call.
   * @throws {TypeError} when `guest` is not absolute, holds `.` or `..`, or was
   * granted before, and when `host` is empty.
   * @default No folder.
   */
  allowedPath(
    guest: string,
    host: string | URL,
    options: AllowedPathOptions = {},
  ): this {
    const entry = checkAllowedPath(guest, host, options);
    this.#checkUngranted("allowedPath", entry.guest);
    this.#values.allowedPaths = [...this.#values.allowedPaths, entry];
    return this;
  }

  /**
   * Grants a directory that lives in memory: every call starts with the same
   * files, and what is in it afterwards is in the result's `files`. A file with
   * several names counts for each; there are at most 16 384 names.
   *
   * @param guest The absolute path that the guest sees.
   * @param files What is in it at first, by path below it, such as `in.csv`.
   * @param options The most bytes that the files may have together; 16 MiB by
   * default.
   * @returns this builder, for the next call.
   * @throws {TypeError} when `guest` is not absolute or was granted before,
   * when a path goes up, or when the files exceed `options.maxBytes`.
   * @default No directory.
   */
  memoryDirectory(
    guest: string,
    files: Readonly<Record<string, Uint8Array | string>> = {},
    options: MemoryDirectoryOptions = {},
  ): this {
    const entry = checkMemoryDirectory(guest, files, options);
    this.#checkUngranted("memoryDirectory", entry.guest);
    this.#values.memoryDirectories = [
      ...this.#values.memoryDirectories,
      entry,
    ];
    return this;
  }

  /**
   * Grants the network: `true` for every public host, or a list of `"host"`,
   * `"host:port"`, `"*.host"` (one label or more before it), `"1.2.3.4:80"`,
   * `"[::1]:80"`. Guests reach it through the import module `cortex_http`.
   *
   * A name that resolves to an address that is not public (loopback, private,
   * link-local, metadata and their kin) is refused unless the list names that
   * very host. The list is also the Deno permission of the worker that fetches;
   * a wildcard can't be told to Deno: there that worker may reach every host,
   * and its own checks are what holds.
   *
   * @param grant `true`, `false`, or the hosts.
   * @returns this builder, for the next call.
   * @throws {TypeError} when an entry is none of these.
   * @default `false`.
   */
  allowNetwork(grant: boolean | readonly string[]): this {
    if (typeof grant === "boolean") {
      this.#values.allowNetwork = grant;
      return this;
    }
    if (!Array.isArray(grant)) {
      throw new TypeError(
        `Cannot set allowNetwork: expected a boolean or a list of hosts, got ${
          quote(grant)
        }`,
      );
    }
    for (const entry of grant) {
      if (typeof entry !== "string") {
        throw new TypeError(
          `Cannot set allowNetwork: ${quote(entry)} is not a string`,
        );
      }
      parseHostGrant(entry);
    }
    this.#values.allowNetwork = Object.freeze([...grant]);
    return this;
  }

  /**
   * Sets the most fuel that a call may consume. Nothing is counted without it.
   *
   * @param fuel Units, which are those of wasmtime.
   * @returns this builder, for the next call.
   * @throws {RangeError} unless it is a whole number above 0 that fits into a
   * signed 64-bit number.
   * @default Not counted.
   */
  maxFuel(fuel: bigint | number): this {
    this.#values.maxFuel = checkFuel("maxFuel", fuel);
    return this;
  }

  /**
   * Sets the most bytes that a tool may answer with.
   *
   * @param bytes Bytes of JSON.
   * @returns this builder, for the next call.
   * @throws {RangeError} unless it is a whole number from 1 to 256 MiB.
   * @default 16 777 216, 16 MiB.
   */
  maxResultBytes(bytes: number): this {
    const limit = checkWhole("maxResultBytes", bytes, 1, MAX_RESULT_BYTES);
    this.#values.maxResultBytes = limit;
    return this;
  }

  /**
   * Sets the most workers that run guests at the same time.
   *
   * @param count Workers, each a thread.
   * @returns this builder, for the next call.
   * @throws {RangeError} unless it is a whole number from 1 to 1024.
   * @default The number of cores.
   */
  maxWorkers(count: number): this {
    this.#values.maxWorkers = checkWhole("maxWorkers", count, 1, MAX_WORKERS);
    return this;
  }

  /**
   * Sets the most calls that wait for a worker; one more is `Busy`.
   *
   * @param count Calls.
   * @returns this builder, for the next call.
   * @throws {RangeError} unless it is a whole number of at least 0.
   * @default 10 000.
   */
  maxQueuedCalls(count: number): this {
    const limit = checkWhole(
      "maxQueuedCalls",
      count,
      0,
      Number.MAX_SAFE_INTEGER,
    );
    this.#values.maxQueuedCalls = limit;
    return this;
  }

  /**
   * Sets the most sessions at a time; one more is `Busy`. Each has a worker of
   * its own, beside those of `maxWorkers`, and a memory up to the limit.
   *
   * @param count Sessions.
   * @returns this builder, for the next call.
   * @throws {RangeError} unless it is a whole number from 0 to 256.
   * @default 8.
   */
  maxSessions(count: number): this {
    this.#values.maxSessions = checkWhole("maxSessions", count, 0, 256);
    return this;
  }

  /**
   * Sets the most bytes that are kept of stdout and of stderr each; what a
   * guest writes beyond that is dropped, and the result says so.
   *
   * @param bytes Bytes of each stream.
   * @returns this builder, for the next call.
   * @throws {RangeError} unless it is a whole number from 0 to 256 MiB.
   * @default 1 048 576, 1 MiB.
   */
  maxOutputBytes(bytes: number): this {
    const limit = checkWhole("maxOutputBytes", bytes, 0, MAX_RESULT_BYTES);
    this.#values.maxOutputBytes = limit;
    return this;
  }

  /**
   * Sets the most WASI descriptors that a guest may have open, its three
   * streams and its folders included.
   *
   * @param count Descriptors.
   * @returns this builder, for the next call.
   * @throws {RangeError} unless it is a whole number from 3 to 65 536.
   * @default 128.
   */
  maxDescriptors(count: number): this {
    this.#values.maxDescriptors = checkWhole(
      "maxDescriptors",
      count,
      3,
      65_536,
    );
    return this;
  }

  /**
   * Sets the most bytes that a call may write to host folders. What a file
   * grows by without being written, and what a link says, counts as well.
   *
   * @param bytes Bytes of one call.
   * @returns this builder, for the next call.
   * @throws {RangeError} unless it is a whole number of at least 0.
   * @default No limit.
   */
  maxWriteBytes(bytes: number): this {
    const limit = checkWhole(
      "maxWriteBytes",
      bytes,
      0,
      Number.MAX_SAFE_INTEGER,
    );
    this.#values.maxWriteBytes = limit;
    return this;
  }

  /**
   * Sets the most files, directories and links that a call may make, in host
   * folders and memory directories together; one more is the guest's `ENOSPC`.
   * What it removes again makes room for others.
   *
   * @param count Files, directories and links.
   * @returns this builder, for the next call.
   * @throws {RangeError} unless it is a whole number of at least 0.
   * @default 65 536.
   */
  maxEntries(count: number): this {
    const limit = checkWhole("maxEntries", count, 0, Number.MAX_SAFE_INTEGER);
    this.#values.maxEntries = limit;
    return this;
  }

  /**
   * Sets how much of the network a call may use; what is left out stays.
   *
   * @param limits The limits to change.
   * @returns this builder, for the next call.
   * @throws {RangeError} when a limit is impossible.
   * @throws {TypeError} when there is no limit of that name.
   */
  networkLimits(limits: Partial<NetworkLimits>): this {
    const { networkLimits } = this.#values;
    this.#values.networkLimits = checkNetworkLimits(limits, networkLimits);
    return this;
  }

  /**
   * Lets guests use a credential that they never see: `{{NAME}}` in a header's
   * value, in the query or in the body of a request becomes the value, for
   * `options.hosts` only; a request that takes it anywhere else is refused. It
   * is masked where a response repeats it.
   *
   * Without a port, a host gets the value over https only, unless it is this
   * machine.
   *
   * @param name Letters, digits and `_`.
   * @param value 4 to 8192 characters of printable ASCII.
   * @param options Where the value may go; what is granted beside that is
   * `allowNetwork`'s.
   * @returns this builder, for the next call.
   * @throws {TypeError} when a part of it is impossible, or the name is set
   * already. No message holds the value.
   * @default No secret.
   */
  secret(name: string, value: string, options: SecretOptions): this {
    const secret = checkSecret(name, value, options);
    if (this.#values.secrets.some((known) => known.name === name)) {
      throw new TypeError(`Cannot set secret: ${quote(name)} is set already`);
    }
    this.#values.secrets = [...this.#values.secrets, secret];
    return this;
  }

  /**
   * Offers guests a function: JSON in, JSON out, through the import module
   * `cortex_host`. It runs on this thread, with all that this process may do:
   * its arguments are the guest's.
   *
   * @param name 1 to 128 letters, digits, `_`, `-`, `.`, `:` or `/`.
   * @param handler Answers a JSON value, or a promise of one.
   * @param options A schema for its arguments, and limits of its own.
   * @returns this builder, for the next call.
   * @throws {TypeError} when a part of it is impossible, or the name is taken.
   * @default No function.
   */
  hostFunction(
    name: string,
    handler: HostHandler,
    options: HostFunctionOptions = {},
  ): this {
    const entry = checkHostFunction("hostFunction", name, handler, options);
    checkFree("hostFunction", name, this.#values.functions);
    this.#values.functions = [...this.#values.functions, entry];
    return this;
  }

  /**
   * Offers guests a function of numbers, which they import by its name from the
   * module `cortex_host_numeric`, with exactly these types.
   *
   * @param name The name that guests import.
   * @param grant Its types and its handler.
   * @returns this builder, for the next call.
   * @throws {TypeError} when a part of it is impossible, or the name is taken.
   * @default No function.
   */
  numericFunction(name: string, grant: NumericFunctionGrant): this {
    const entry = checkNumericFunction(name, grant);
    checkFree("numericFunction", name, this.#values.numericFunctions);
    this.#values.numericFunctions = [...this.#values.numericFunctions, entry];
    return this;
  }

  /**
   * Sets how much of the host's functions a call may use; what is left out
   * stays.
   *
   * @param limits The limits to change.
   * @returns this builder, for the next call.
   * @throws {RangeError} when a limit is impossible.
   * @throws {TypeError} when there is no limit of that name.
   */
  hostFunctionLimits(limits: Partial<HostFunctionLimits>): this {
    const { hostFunctionLimits } = this.#values;
    this.#values.hostFunctionLimits = checkHostFunctionLimits(
      limits,
      hostFunctionLimits,
    );
    return this;
  }

  /**
   * Sets where relative paths of guests with WASI lead: a folder that is
   * granted, or a directory in memory, which is made where none is granted.
   *
   * @param guest The absolute path that guests know it by.
   * @returns this builder, for the next call.
   * @throws {TypeError} when it is not absolute, or goes up.
   * @default A directory in memory that only the call has.
   */
  workingDirectory(guest: string): this {
    this.#values.workingDirectory = checkGuestPath("workingDirectory", guest);
    return this;
  }

  /**
   * Gives guests a clock and random numbers that are the same in every run:
   * with the same input, a call then answers the same bytes for the same fuel.
   * The clock goes on by a microsecond with each look at it, and by as much as
   * a guest sleeps, which takes no time. Random numbers are no secret then.
   *
   * @param given What the clock shows at the start, a date or milliseconds
   * since 1970; and a seed. Both are 0 by default.
   * @returns this builder, for the next call.
   * @throws {RangeError} when a number is impossible.
   * @default The real clock, and random numbers.
   */
  deterministic(given: DeterministicOptions = {}): this {
    this.#values.deterministic = checkDeterministic(given);
    return this;
  }

  /**
   * Keeps prepared modules in a folder of the host, so that a large module is
   * prepared once for all processes that use the folder. Up to 1 GiB is kept
   * there, what was not used for longest is removed first; files that can't be
   * written are no failure.
   *
   * Whoever can write there decides what runs. So the sandbox refuses a folder
   * that other users can write to, or that any guest is granted, and keeps
   * later guests out. It is made if it is not there. Not on Windows.
   *
   * @param host The folder, which this process may read and write.
   * @returns this builder, for the next call.
   * @throws {TypeError} when it is empty or not a path.
   * @default Nothing is kept on disk.
   */
  cacheDirectory(host: string | URL): this {
    this.#values.cacheDirectory = checkHostPath("cacheDirectory", host);
    return this;
  }

  /**
   * Freezes what was set into a configuration.
   *
   * @returns the frozen configuration.
   * @throws {TypeError} when the working directory is not `/`, and `/` is
   * granted: relative paths lead there.
   */
  build(): SandboxConfig {
    this.#checkWorkingDirectory();
    return this.#create({
      ...this.#values,
      allowedPaths: Object.freeze([...this.#values.allowedPaths]),
      memoryDirectories: Object.freeze([...this.#values.memoryDirectories]),
      secrets: Object.freeze([...this.#values.secrets]),
      functions: Object.freeze([...this.#values.functions]),
      numericFunctions: Object.freeze([...this.#values.numericFunctions]),
    });
  }

  #checkWorkingDirectory(): void {
    const { workingDirectory, allowedPaths, memoryDirectories } = this.#values;
    const isRootGranted = [...allowedPaths, ...memoryDirectories]
      .some(({ guest }) => guest === "/");
    if (workingDirectory === undefined || workingDirectory === "/") return;
    if (!isRootGranted) return;
    throw new TypeError(
      `Cannot set workingDirectory: "/" is granted, and relative paths lead there and not to ${
        quote(workingDirectory)
      }`,
    );
  }

  #checkUngranted(option: string, guest: string): void {
    const { allowedPaths, memoryDirectories } = this.#values;
    if (
      [...allowedPaths, ...memoryDirectories].some((g) => g.guest === guest)
    ) {
      throw new TypeError(
        `Cannot set ${option}: ${quote(guest)} is granted already`,
      );
    }
  }
}

function checkFree(
  option: string,
  name: string,
  taken: readonly { readonly name: string }[],
): void {
  if (!taken.some((one) => one.name === name)) return;
  throw new TypeError(`Cannot set ${option}: ${quote(name)} is set already`);
}
