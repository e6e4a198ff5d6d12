/** Shares sandboxes between tools with the same limits and grants. */

import {
  SandboxConfig,
  type SandboxOptions,
  ToolSandbox,
} from "../../../mod.ts";

interface Shared {
  readonly sandbox: ToolSandbox;
  users: number;
}

/** Sandboxes that close with their last tool. */
export class SharedSandboxes {
  readonly #shared = new Map<SandboxConfig | string, Shared>();

  /** Acquires the sandbox for a configuration; must be released. */
  take(options: SandboxOptions | SandboxConfig): ToolSandbox {
    const key = keyOf(options);
    const shared = this.#shared.get(key) ??
      { sandbox: new ToolSandbox(options), users: 0 };
    this.#shared.set(key, shared);
    shared.users++;
    return shared.sandbox;
  }

  /** Releases the sandbox. */
  async giveBack(options: SandboxOptions | SandboxConfig): Promise<void> {
    const key = keyOf(options);
    const shared = this.#shared.get(key);
    if (!shared || --shared.users > 0) return;
    this.#shared.delete(key);
    await shared.sandbox.close();
  }
}

function keyOf(
  options: SandboxOptions | SandboxConfig,
): SandboxConfig | string {
  return options instanceof SandboxConfig ? options : JSON.stringify(options);
}
