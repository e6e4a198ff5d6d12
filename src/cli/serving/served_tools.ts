/** The tools of a server, which may change while it runs. */

import {
  type CallResult,
  type JsonValue,
  type Tool,
  type ToolCallOptions,
  ToolRegistry,
  type ToolSchema,
} from "../../../mod.ts";
import type { ChangePolicy, McpTools } from "../../adapters/mcp/mod.ts";
import type { AnyToolEntry } from "../config_file/tool_entries.ts";
import { difference, type Labels } from "../lock/lock_file.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage_error.ts";
import { type LoadedTool, loadTool } from "./loaded_tool.ts";
import { SharedSandboxes } from "./shared_sandboxes.ts";

/** A tool that differs from the lock. */
export class ToolRefused extends UsageError {}

/** A tool and its running calls. */
interface Served {
  readonly loaded: LoadedTool;
  running: number;
  isRetired: boolean;
}

/** Options for loading tools. */
export interface ServedToolsOptions {
  readonly terminal: Terminal;
  /** The labels that tools must match, if there is a lock. */
  readonly labels: Labels | undefined;
  /** Whether tools are compared by their bytes. */
  readonly isLabelled: boolean;
  /** Called after every call. */
  readonly onEnd?: (name: string, result: CallResult<JsonValue>) => void;
}

/** Tools by name. A changed tool is replaced once none of its calls runs. */
export class ServedTools implements McpTools, AsyncDisposable {
  readonly #options: ServedToolsOptions;
  readonly #registry = new ToolRegistry();
  readonly #served = new Map<string, Served>();
  readonly #sandboxes = new SharedSandboxes();

  constructor(options: ServedToolsOptions) {
    this.#options = options;
  }

  list(): ToolSchema[] {
    return this.#registry.list();
  }

  get(name: string): Tool | undefined {
    return this.#registry.get(name);
  }

  /** The label of each tool, by name; only if tools are labelled. */
  labels(): Labels {
    return new Map(
      [...this.#served].flatMap(([name, { loaded: { label } }]) =>
        label ? [[name, label] as const] : []
      ),
    );
  }

  /** What happens to a tool's changes in overlays. */
  changePolicy(name: string): ChangePolicy {
    return this.#served.get(name)?.loaded.entry.changes ?? "return";
  }

  async call(
    name: string,
    args: unknown,
    options?: ToolCallOptions,
  ): Promise<CallResult<JsonValue>> {
    const served = this.#served.get(name);
    if (served) served.running++;
    try {
      const result = await this.#registry.call(name, args, options);
      this.#options.onEnd?.(name, result);
      return result;
    } finally {
      if (served) {
        served.running--;
        await this.#closeUnused(served);
      }
    }
  }

  /**
   * Loads the requested tools, replacing the current ones. A tool that can't be
   * loaded or differs from the lock is reported, and its current version stays.
   *
   * @returns whether the tools have changed, and the errors.
   */
  async load(
    entries: readonly AnyToolEntry[],
  ): Promise<{ isChanged: boolean; errors: Error[] }> {
    const { terminal, isLabelled } = this.#options;
    const outcomes = await Promise.allSettled(entries.map(async (entry) => {
      const loaded = await loadTool(
        entry,
        this.#sandboxes,
        terminal,
        isLabelled,
      );
      const refusal = this.#refusal(loaded);
      if (!refusal) return loaded;
      await this.#sandboxes.giveBack(entry.options);
      throw refusal;
    }));
    const errors = outcomes.flatMap((one) =>
      one.status === "rejected" ? [one.reason as Error] : []
    );
    const loaded = outcomes.flatMap((one) =>
      one.status === "fulfilled" ? [one.value] : []
    );
    return await this.#replace(loaded, errors);
  }

  /** Closes all of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const served of this.#served.values()) await this.#retire(served);
    await this.#registry.close();
  }

  async #replace(
    loaded: readonly LoadedTool[],
    errors: Error[],
  ): Promise<{ isChanged: boolean; errors: Error[] }> {
    let isChanged = false;
    const names = new Set<string>();
    for (const one of loaded) {
      const { name, entry } = one;
      const before = this.#served.get(name);
      const isTwice = names.has(name);
      names.add(name);
      if (isTwice) errors.push(twice(name, entry));
      if (isTwice || isSame(before, one)) {
        await this.#sandboxes.giveBack(entry.options);
        continue;
      }
      isChanged = true;
      if (before) this.#registry.unregister(name);
      this.#registry.register(one.tool, { name });
      this.#served.set(name, { loaded: one, running: 0, isRetired: false });
      if (before) await this.#retire(before);
    }
    // A missing tool may be one that failed to load.
    if (errors.length > 0) return { isChanged, errors };
    for (const [name, served] of this.#served) {
      if (names.has(name)) continue;
      isChanged = true;
      this.#registry.unregister(name);
      this.#served.delete(name);
      await this.#retire(served);
    }
    return { isChanged, errors };
  }

  #refusal({ name, label }: LoadedTool): ToolRefused | undefined {
    const { labels } = this.#options;
    if (!labels) return undefined;
    const lines = difference(labels.get(name), label);
    if (lines.length === 0) return undefined;
    const what = labels.has(name)
      ? "is not what was locked"
      : "was never locked";
    return new ToolRefused(
      `Refused tool ${name}: it ${what}\n${
        lines.map((line) => `  ${line}`).join("\n")
      }\n  look at it, then: lock --update`,
    );
  }

  async #retire(served: Served): Promise<void> {
    served.isRetired = true;
    await this.#closeUnused(served);
  }

  async #closeUnused(served: Served): Promise<void> {
    if (!served.isRetired || served.running > 0) return;
    await this.#sandboxes.giveBack(served.loaded.entry.options);
  }
}

function isSame(before: Served | undefined, now: LoadedTool): boolean {
  if (!before?.loaded.label || !now.label) return false;
  return JSON.stringify(before.loaded.label) === JSON.stringify(now.label) &&
    JSON.stringify(before.loaded.entry.options) ===
      JSON.stringify(now.entry.options);
}

function twice(name: string, { where, written }: AnyToolEntry): UsageError {
  return new UsageError(
    `Cannot use ${written} of ${where}: there is a tool named ${name} already, give it another name`,
  );
}
