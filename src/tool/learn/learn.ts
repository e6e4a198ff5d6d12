/** Finds out the least that a call has to be granted, by what it is denied. */

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

/** What to do about a proposal: `"stop"` ends the learning. */
export type Decision = "accept" | "skip" | "stop";

/** Makes the call once, with what the configuration grants and no more. */
export type Attempt = (
  config: SandboxConfig,
) => Promise<CallResult<unknown> & { readonly exitCode?: number | undefined }>;

/** Options of {@linkcode learn}. */
export interface LearnOptions {
  /**
   * The folder with the files that the call is to work on; paths of the guest
   * are looked for in it. The working directory by default.
   */
  readonly base?: string | URL;
  /**
   * The person's home, which is never proposed whole; by default `HOME`, where
   * this process may read it.
   */
  readonly home?: string | undefined;
  /** Limits of every attempt, without a grant; the defaults. */
  readonly limits?: LearnLimits;
  /**
   * Decides on one proposal; by default folders in the base folder are
   * accepted, and all else is skipped.
   */
  readonly decide?: (proposal: Proposal) => Decision | Promise<Decision>;
  /** The most attempts; 16 by default, 64 at most. */
  readonly maxRounds?: number;
  /**
   * Whether attempts reach the hosts that were accepted. `false` by default:
   * then no request leaves while learning, and a call that needs one does not
   * succeed.
   */
  readonly reachesHosts?: boolean;
}

/** Options of a sandbox that grant nothing. */
export type LearnLimits = Omit<
  SandboxOptions,
  | "allowedPaths"
  | "allowNetwork"
  | "secrets"
  | "functions"
  | "numericFunctions"
>;

/** What {@linkcode learn} found out. */
export interface Learned {
  /**
   * Why it ended: the call succeeded, nothing was left to propose, somebody
   * said stop, or there were `maxRounds` attempts.
   */
  readonly ended: "succeeded" | "nothing left" | "stopped" | "rounds";
  /** The base folder, without links. */
  readonly base: string;
  /** How many attempts were made. */
  readonly rounds: number;
  /** The result of the last one; its changes are dropped. */
  readonly result: CallResult<unknown>;
  /** What was accepted, in order; folders to change have overlays. */
  readonly grants: readonly Proposal[];
  /** What was proposed and not accepted. */
  readonly skipped: readonly Proposal[];
  /** What the call asked for and nobody should be asked about. */
  readonly withheld: readonly Withheld[];
}

const MOST_ROUNDS = 64;
/** How many things are listed that are not proposed. */
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
 * Runs a call with nothing granted, proposes the smallest grant for what it was
 * denied, and runs it again from the start with that, until it succeeds or
 * nothing is left to propose. Nothing is really granted meanwhile: folders can
 * be read or are under a fresh overlay, whose changes are dropped.
 *
 * A proposal is one folder or one host, and no wider than what was asked for.
 * Secrets, hidden names, folders of the system, a person's home and addresses
 * are never proposed.
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
 * @param attempt Makes the call, from the start.
 * @param options The folder, limits, and who decides.
 * @returns what was accepted, skipped and withheld, and the last result.
 * @throws {TypeError} for an option that does not exist or grants something.
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
    this.#base = realPath(
      resolve(path),
    );
    this.#home = options.home ?? ownHome();
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

  /** Finds something that another attempt may succeed with. */
  async #next(
    denied: readonly Denied[],
  ): Promise<"nothing left" | "stopped" | undefined> {
    const { decide = acceptInBase, reachesHosts = false } = this.#options;
    // What was denied last is nearest to why the call failed.
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

  /** A new one, that was not decided on. */
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

  /** A folder that is to be changed takes the place of the same to read. */
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

/** Asks nobody for the permission to look. */
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
