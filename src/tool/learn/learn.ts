/** Finds the minimal grants that a call needs, from what it is denied. */

import { PermissionDenied } from "../../errors.ts";
import { isGranted } from "../../host/grants/worker_permissions.ts";
import { realPath } from "../../host/grants/real_folder.ts";
import { fromFileUrl, resolve } from "../../config/host_path.ts";
import {
  checkKnown,
  checkObject,
  checkWhole,
} from "../../config/option_checks.ts";
import type { SandboxConfig } from "../../config/sandbox_config.ts";
import { type SandboxOptions, toConfig } from "../../config/sandbox_options.ts";
import { quote } from "../../quote.ts";
import type { CallResult } from "../call_result.ts";
import type { Denied } from "../denied.ts";
import {
  type FolderProposal,
  type HostProposal,
  keyOf,
  type Proposal,
  type Withheld,
} from "./proposal.ts";
import { proposeFolder } from "./propose_folder.ts";
import { proposeHost } from "./propose_host.ts";

/** The decision on a proposal: `"stop"` ends learning. */
export type Decision = "accept" | "skip" | "stop";

/** Makes the call once, with exactly what the configuration grants. */
export type Attempt = (
  config: SandboxConfig,
) => Promise<CallResult<unknown> & { readonly exitCode?: number | undefined }>;

/** Options of {@linkcode learn}. */
export interface LearnOptions {
  /**
   * The folder with the files that the call works on; guest paths are resolved
   * in it. The working directory by default.
   */
  readonly base?: string | URL;
  /**
   * The user's home directory, which is never proposed as a whole; `HOME` by
   * default, if this process may read it.
   */
  readonly home?: string | undefined;
  /** Limits of every attempt, without grants; the defaults if left out. */
  readonly limits?: LearnLimits;
  /**
   * Decides on a proposal; by default folders inside the base folder are
   * accepted, and all else is skipped.
   */
  readonly decide?: (proposal: Proposal) => Decision | Promise<Decision>;
  /** The most attempts; 16 by default, 64 at most. */
  readonly maxRounds?: number;
  /**
   * Whether attempts may reach accepted hosts. `false` by default: then no
   * request is sent while learning, and a call that needs one fails.
   */
  readonly reachesHosts?: boolean;
}

/** Sandbox options that grant nothing. */
export type LearnLimits = Omit<
  SandboxOptions,
  | "allowedPaths"
  | "allowNetwork"
  | "secrets"
  | "functions"
  | "numericFunctions"
>;

/** The result of {@linkcode learn}. */
export interface Learned {
  /**
   * Why learning ended: the call succeeded, nothing was left to propose,
   * `decide` returned `"stop"`, or `maxRounds` was reached.
   */
  readonly ended: "succeeded" | "nothing left" | "stopped" | "rounds";
  /** The base folder, with symbolic links resolved. */
  readonly base: string;
  /** The number of attempts. */
  readonly rounds: number;
  /** The result of the last attempt; its changes are dropped. */
  readonly result: CallResult<unknown>;
  /** Accepted proposals, in order; folders to write have overlays. */
  readonly grants: readonly Proposal[];
  /** Proposals that were not accepted. */
  readonly skipped: readonly Proposal[];
  /** What the call asked for that is never proposed. */
  readonly withheld: readonly Withheld[];
}

const MOST_ROUNDS = 64;
/** The most entries listed in `withheld`. */
const MOST_WITHHELD = 100;

const NAMES = [
  "base",
  "home",
  "limits",
  "decide",
  "maxRounds",
  "reachesHosts",
];

const GRANTING = [
  "allowedPaths",
  "allowNetwork",
  "secrets",
  "functions",
  "numericFunctions",
];

/**
 * Runs a call without grants, proposes the smallest grant for what it was
 * denied, and reruns it from the start with that grant, until it succeeds or
 * nothing is left to propose. No write reaches the host meanwhile: folders are
 * read-only or under a fresh overlay, whose changes are dropped.
 *
 * A proposal is one folder or one host, and no wider than what was requested.
 * Secrets, hidden files, system folders, the user's home and IP addresses are
 * never proposed.
 *
 * ```ts ignore
 * import { learn, ToolSandbox } from "@cortexai/sandbox";
 *
 * const { ended, grants } = await learn(async (config) => {
 *   await using sandbox = new ToolSandbox(config);
 *   const cat = await sandbox.loadModule("cat.wasm");
 *   return await sandbox.run(cat, { args: ["/data/in.csv"] });
 * });
 * console.log(ended, grants);
 * ```
 *
 * @param attempt Makes the call from the start.
 * @param options The base folder, the limits, and the decision function.
 * @returns the accepted, skipped and withheld grants, and the last result.
 * @throws {TypeError} for an unknown option, or one that grants something.
 * @throws {PermissionDenied} when this process may not read the base folder.
 * @throws whatever `attempt` throws.
 */
export async function learn(
  attempt: Attempt,
  options: LearnOptions = {},
): Promise<Learned> {
  return await new Learning(attempt, options).run();
}

class Learning {
  readonly #attempt: Attempt;
  readonly #options: LearnOptions;
  readonly #base: string;
  readonly #home: string | undefined;
  readonly #maxRounds: number;
  readonly #accepted = new Map<string, Proposal>();
  readonly #skipped = new Map<string, Proposal>();
  readonly #withheld = new Map<string, Withheld>();

  constructor(attempt: Attempt, options: LearnOptions) {
    checkObject("learn options", options);
    checkKnown("learn options", options, NAMES);
    const { base = ".", limits = {}, maxRounds = 16 } = options;
    const granting = GRANTING.find((name) => Object.hasOwn(limits, name));
    if (granting) {
      throw new TypeError(
        `Cannot learn: limits grant nothing, leave out ${quote(granting)}`,
      );
    }
    this.#attempt = attempt;
    this.#options = options;
    const path = base instanceof URL ? fromFileUrl(base) : base;
    if (!isGranted("read", path)) {
      throw new PermissionDenied(
        `Cannot learn: this process may not read ${quote(path)}`,
      );
    }
    this.#base = realPath(resolve(path));
    const home = options.home ?? ownHome();
    this.#home = home === undefined ? undefined : realPath(resolve(home));
    this.#maxRounds = checkWhole("learn maxRounds", maxRounds, 1, MOST_ROUNDS);
  }

  async run(): Promise<Learned> {
    for (let rounds = 1;; rounds++) {
      const result = await this.#attempt(this.#config());
      if (!result.changes.isEmpty && !result.changes.isSettled) {
        result.changes.drop();
      }
      const ended = result.ok && (result.exitCode ?? 0) === 0
        ? "succeeded"
        : await this.#next(result.denied) ??
          (rounds === this.#maxRounds ? "rounds" : undefined);
      if (ended === undefined) continue;
      return {
        ended,
        base: this.#base,
        rounds,
        result,
        grants: [...this.#accepted.values()],
        skipped: [...this.#skipped.values()],
        withheld: [...this.#withheld.values()],
      };
    }
  }

  /** Finds a grant that lets another attempt get further. */
  async #next(
    denied: readonly Denied[],
  ): Promise<"nothing left" | "stopped" | undefined> {
    const { decide = acceptInBase, reachesHosts = false } = this.#options;
    // The last denial is most likely why the call failed.
    for (const one of denied.toReversed()) {
      const proposal = this.#proposal(one);
      if (!proposal) continue;
      const decision = await decide(proposal);
      if (decision === "stop") return "stopped";
      if (decision !== "accept") {
        this.#skipped.set(keyOf(proposal), proposal);
        continue;
      }
      this.#accept(proposal);
      if (proposal.kind === "folder" || reachesHosts) return undefined;
    }
    return "nothing left";
  }

  /** A proposal that was not decided on before. */
  #proposal(denied: Denied): Proposal | undefined {
    const found = denied.path === undefined
      ? proposeHost(denied)
      : proposeFolder(denied, {
        base: this.#base,
        home: this.#home,
        accepted: this.#folders(),
      });
    if ("why" in found) {
      const { asked } = found;
      if (this.#withheld.size < MOST_WITHHELD) this.#withheld.set(asked, found);
      return undefined;
    }
    const key = keyOf(found);
    const known = this.#accepted.get(key);
    if (known) this.#accepted.set(key, withReasons(known, found));
    return known || this.#skipped.has(key) ? undefined : found;
  }

  /** Write access to a folder replaces read access to the same folder. */
  #accept(proposal: Proposal): void {
    const key = keyOf(proposal);
    const before = proposal.kind === "folder"
      ? keyOf({ ...proposal, access: "read" })
      : key;
    const known = this.#accepted.get(before);
    this.#accepted.delete(before);
    this.#accepted.set(
      key,
      known
        ? { ...proposal, reasons: withReasons(known, proposal).reasons }
        : proposal,
    );
  }

  #folders(): FolderProposal[] {
    return [...this.#accepted.values()].filter((one) => one.kind === "folder");
  }

  #config(): SandboxConfig {
    const { limits = {}, reachesHosts = false } = this.#options;
    const hosts = [...this.#accepted.values()]
      .filter((one): one is HostProposal => one.kind === "host")
      .map(({ host }) => host);
    return toConfig({
      ...limits,
      allowedPaths: Object.fromEntries(
        this.#folders().map(({ guest, host, access }) => [
          guest,
          { host, overlay: access === "overlay" },
        ]),
      ),
      ...reachesHosts && hosts.length > 0 && { allowNetwork: hosts },
    });
  }
}

/** The home directory, if it can be read without a permission prompt. */
function ownHome(): string | undefined {
  const descriptor = { name: "env", variable: "HOME" } as const;
  const { state } = Deno.permissions.querySync(descriptor);
  return state === "granted" ? Deno.env.get("HOME") || undefined : undefined;
}

function acceptInBase(proposal: Proposal): Decision {
  return proposal.kind === "folder" && proposal.isInBase ? "accept" : "skip";
}

function withReasons(known: Proposal, more: Proposal): Proposal {
  const reasons = new Map(known.reasons.map((one) => [one.asked, one]));
  for (const one of more.reasons) reasons.set(one.asked, one);
  return { ...known, reasons: [...reasons.values()] };
}
