/** Collects the options of a configuration, and checks each immediately. */

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

/** A result must fit into one V8 string, and into shared memory. */
const MAX_RESULT_BYTES = 2 ** 28;
const MAX_WORKERS = 1024;

/**
 * Collects the options of a {@linkcode SandboxConfig}. Every method checks its
 * value immediately and returns the builder.
 */
export class SandboxConfigBuilder {
  readonly #create: (values: Readonly<ConfigValues>) => SandboxConfig;
  readonly #values: ConfigValues = { ...DEFAULTS };

  /** @internal Use {@linkcode SandboxConfig.builder}. */
  constructor(create: (values: Readonly<ConfigValues>) => SandboxConfig) {
    this.#create = create;
  }

  /**
   * Sets the total size limit of a guest's memories and tables.
   *
   * @param bytes Bytes; memories grow in pages of 65 536.
   * @returns this builder, for chaining.
   * @throws {RangeError} unless it is an integer of at least 65 536, one page.
   * @default 67 108 864, 64 MiB.
   */
  maxMemoryBytes(bytes: number): this {
    const limit = checkWhole("maxMemoryBytes", bytes, PAGE_BYTES, 2 ** 40);
    this.#values.maxMemoryBytes = limit;
    return this;
  }

  /**
   * Sets the time limit of a call.
   *
   * @param ms Milliseconds.
   * @returns this builder, for chaining.
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
   * @param guest The absolute guest path.
   * @param host The folder on the host.
   * @param options Whether the guest may write, directly or to an overlay.
   * @returns this builder, for chaining.
   * @throws {TypeError} when `guest` is not absolute, contains `.` or `..`, or
   * was already granted, or when `host` is empty.
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
   * Grants an in-memory directory: every call starts with the same files, and
   * the files that it leaves are in the result's `files`. A file with several
   * hard links counts once for each; there are at most 16 384 names.
   *
   * @param guest The absolute guest path.
   * @param files The initial files, by path below it, such as `in.csv`.
   * @param options The total size limit of its files; 16 MiB by default.
   * @returns this builder, for chaining.
   * @throws {TypeError} when `guest` is not absolute or was already granted, a
   * path contains `..`, or the files exceed `options.maxBytes`.
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
   * A name that resolves to a non-public address (loopback, private,
   * link-local, metadata and the like) is refused unless the list names that
   * exact host. The list is also the Deno permission of the worker that
   * fetches. Deno permissions can't express a wildcard: then that worker may
   * reach every host, and its own checks enforce the list.
   *
   * @param grant `true`, `false`, or the hosts.
   * @returns this builder, for chaining.
   * @throws {TypeError} when an entry has none of these forms.
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
   * Sets the fuel limit of a call. Without it, fuel is not counted.
   *
   * @param fuel Fuel in the units of wasmtime.
   * @returns this builder, for chaining.
   * @throws {RangeError} unless it is an integer above 0 that fits into a
   * signed 64-bit integer.
   * @default Not counted.
   */
  maxFuel(fuel: bigint | number): this {
    this.#values.maxFuel = checkFuel("maxFuel", fuel);
    return this;
  }

  /**
   * Sets the size limit of a tool's result.
   *
   * @param bytes Bytes of JSON.
   * @returns this builder, for chaining.
   * @throws {RangeError} unless it is an integer from 1 to 256 MiB.
   * @default 16 777 216, 16 MiB.
   */
  maxResultBytes(bytes: number): this {
    const limit = checkWhole("maxResultBytes", bytes, 1, MAX_RESULT_BYTES);
    this.#values.maxResultBytes = limit;
    return this;
  }

  /**
   * Sets the maximum number of workers that run guests.
   *
   * @param count Workers, each a thread.
   * @returns this builder, for chaining.
   * @throws {RangeError} unless it is an integer from 1 to 1024.
   * @default The number of cores.
   */
  maxWorkers(count: number): this {
    this.#values.maxWorkers = checkWhole("maxWorkers", count, 1, MAX_WORKERS);
    return this;
  }

  /**
   * Sets the maximum number of queued calls; further calls fail with `Busy`.
   *
   * @param count Calls.
   * @returns this builder, for chaining.
   * @throws {RangeError} unless it is an integer of at least 0.
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
   * Sets the maximum number of open sessions; opening more fails with `Busy`.
   * Each has its own worker, in addition to `maxWorkers`, and memory up to the
   * limit.
   *
   * @param count Sessions.
   * @returns this builder, for chaining.
   * @throws {RangeError} unless it is an integer from 0 to 256.
   * @default 8.
   */
  maxSessions(count: number): this {
    this.#values.maxSessions = checkWhole("maxSessions", count, 0, 256);
    return this;
  }

  /**
   * Sets the maximum bytes kept of stdout and of stderr each; further output is
   * dropped, and the result says so.
   *
   * @param bytes Bytes of each stream.
   * @returns this builder, for chaining.
   * @throws {RangeError} unless it is an integer from 0 to 256 MiB.
   * @default 1 048 576, 1 MiB.
   */
  maxOutputBytes(bytes: number): this {
    const limit = checkWhole("maxOutputBytes", bytes, 0, MAX_RESULT_BYTES);
    this.#values.maxOutputBytes = limit;
    return this;
  }

  /**
   * Sets the maximum number of open WASI descriptors, including the three
   * standard streams and the granted folders.
   *
   * @param count Descriptors.
   * @returns this builder, for chaining.
   * @throws {RangeError} unless it is an integer from 3 to 65 536.
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
   * Sets the maximum bytes that a call may write to host folders. Extending a
   * file without writing to it, and the targets of symbolic links, count as
   * well.
   *
   * @param bytes Bytes of one call.
   * @returns this builder, for chaining.
   * @throws {RangeError} unless it is an integer of at least 0.
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
   * Sets the maximum number of files, directories and links that a call may
   * create, in host folders and in-memory directories together; beyond it the
   * guest gets `ENOSPC`. Removing what it created makes room again.
   *
   * @param count Files, directories and links.
   * @returns this builder, for chaining.
   * @throws {RangeError} unless it is an integer of at least 0.
   * @default 65 536.
   */
  maxEntries(count: number): this {
    const limit = checkWhole("maxEntries", count, 0, Number.MAX_SAFE_INTEGER);
    this.#values.maxEntries = limit;
    return this;
  }

  /**
   * Sets limits on a call's use of the network; limits left out keep their
   * values.
   *
   * @param limits The limits to change.
   * @returns this builder, for chaining.
   * @throws {RangeError} when a limit is out of range.
   * @throws {TypeError} for an unknown limit.
   */
  networkLimits(limits: Partial<NetworkLimits>): this {
    const { networkLimits } = this.#values;
    this.#values.networkLimits = checkNetworkLimits(limits, networkLimits);
    return this;
  }

  /**
   * Lets guests use a credential that they never see: `{{NAME}}` in a header
   * value, the query or the body of a request is replaced by the value, only
   * for `options.hosts`; a request that would send it elsewhere is refused. The
   * value is masked in responses.
   *
   * For a host given without a port, the value is sent only over https, unless
   * the host is this machine.
   *
   * @param name Letters, digits and `_`.
   * @param value 4 to 8192 characters of printable ASCII.
   * @param options The hosts that may receive the value; reaching them is
   * granted by `allowNetwork`, separately.
   * @returns this builder, for chaining.
   * @throws {TypeError} when a part of it is invalid, or the name is set
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
   * Offers guests a JSON function through the import module `cortex_host`. It
   * runs on this thread with all permissions of this process, and its arguments
   * are untrusted: they come from the guest.
   *
   * @param name 1 to 128 letters, digits, `_`, `-`, `.`, `:` or `/`.
   * @param handler Returns a JSON value, or a promise of one.
   * @param options A schema of its arguments, and its own limits.
   * @returns this builder, for chaining.
   * @throws {TypeError} when a part of it is invalid, or the name is taken.
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
   * Offers guests a numeric function, which they import by name from the module
   * `cortex_host_numeric`, with exactly these types.
   *
   * @param name The name that guests import.
   * @param grant Its types and its handler.
   * @returns this builder, for chaining.
   * @throws {TypeError} when a part of it is invalid, or the name is taken.
   * @default No function.
   */
  numericFunction(name: string, grant: NumericFunctionGrant): this {
    const entry = checkNumericFunction(name, grant);
    checkFree("numericFunction", name, this.#values.numericFunctions);
    this.#values.numericFunctions = [...this.#values.numericFunctions, entry];
    return this;
  }

  /**
   * Sets limits on a call's use of host functions; limits left out keep their
   * values.
   *
   * @param limits The limits to change.
   * @returns this builder, for chaining.
   * @throws {RangeError} when a limit is out of range.
   * @throws {TypeError} for an unknown limit.
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
   * Sets the working directory of WASI guests: a granted folder, or an
   * in-memory directory, which is created if none is granted.
   *
   * @param guest The absolute guest path.
   * @returns this builder, for chaining.
   * @throws {TypeError} when it is not absolute, or contains `..`.
   * @default An in-memory directory private to the call.
   */
  workingDirectory(guest: string): this {
    this.#values.workingDirectory = checkGuestPath("workingDirectory", guest);
    return this;
  }

  /**
   * Gives guests a deterministic clock and random numbers: with the same input,
   * a call then returns the same bytes for the same fuel. The clock advances by
   * a microsecond each time it is read, and by the duration of each sleep,
   * which takes no real time. The random numbers are then predictable.
   *
   * @param given The initial time, a date or milliseconds since 1970, and a
   * seed. Both are 0 by default.
   * @returns this builder, for chaining.
   * @throws {RangeError} when a number is out of range.
   * @default The real clock, and random numbers.
   */
  deterministic(given: DeterministicOptions = {}): this {
    this.#values.deterministic = checkDeterministic(given);
    return this;
  }

  /**
   * Caches prepared modules in a host folder, so that a large module is
   * prepared only once for all processes that use the folder. The cache holds
   * up to 1 GiB; the least recently used files are removed first. Failing to
   * write a file is not an error.
   *
   * Anyone who can write to the folder controls what code runs. So the sandbox
   * refuses a folder that other users can write to or that is granted to a
   * guest, and refuses later grants of it. It is created if it does not exist.
   * Not supported on Windows.
   *
   * @param host The folder, which this process may read and write.
   * @returns this builder, for chaining.
   * @throws {TypeError} when it is empty or not a path.
   * @default No cache on disk.
   */
  cacheDirectory(host: string | URL): this {
    this.#values.cacheDirectory = checkHostPath("cacheDirectory", host);
    return this;
  }

  /**
   * Builds the frozen configuration.
   *
   * @returns the frozen configuration.
   * @throws {TypeError} when a working directory other than `/` is set and `/`
   * is granted: relative paths then resolve against `/`.
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
