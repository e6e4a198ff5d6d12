/** The verb `lock`. */

import type { AnyToolEntry } from "../config_file/tool_entries.ts";
import {
  difference,
  type Labels,
  lockText,
  readLock,
} from "../lock/lock_file.ts";
import type { ToolLabel } from "../lock/tool_label.ts";
import { writing } from "../named_file.ts";
import type { Outcome } from "../outcome.ts";
import { loadTool } from "../serving/loaded_tool.ts";
import { SharedSandboxes } from "../serving/shared_sandboxes.ts";
import { UsageError } from "../usage_error.ts";
import { findAsked, lockPath } from "../asked_tools.ts";
import type { VerbInput } from "./verb_input.ts";

/** Writes the lock file, or reports how the tools differ from it. */
export async function lock(input: VerbInput): Promise<Outcome> {
  const { terminal, flags } = input;
  const path = lockPath(input);
  const asked = await findAsked(input);
  const labels = await labelTools(asked.tools, input);
  const locked = await readLock(path, terminal);
  const lines = locked ? differences(locked, labels) : [];
  const isUpdate = flags.get("update")?.length === 1;
  if (locked && lines.length > 0 && !isUpdate) {
    throw new UsageError(
      `The tools are not what was locked: ${
        lines.join("; ")
      }; look at it, then: lock --update`,
    );
  }
  const count = labels.size === 1 ? "1 tool" : `${labels.size} tools`;
  if (locked && lines.length === 0) {
    return { ok: true, value: locks(labels), text: `${count} as locked\n` };
  }
  await writing(
    path,
    () => input.terminal.writeFile(path, lockText(labels)),
  );
  const text = [...lines, `Locked ${count} in ${path}`].join("\n");
  return { ok: true, value: locks(labels), text: `${text}\n` };
}

/** Loads each tool to compute its label. */
export async function labelTools(
  entries: readonly AnyToolEntry[],
  { terminal }: VerbInput,
): Promise<Labels> {
  const sandboxes = new SharedSandboxes();
  const labels = new Map<string, ToolLabel>();
  for (const entry of entries) {
    const { name, label } = await loadTool(
      entry,
      sandboxes,
      terminal,
      true,
    );
    await sandboxes.giveBack(entry.options);
    if (labels.has(name)) {
      throw new UsageError(
        `Cannot lock ${entry.written}: there is a tool named ${name} already`,
      );
    }
    labels.set(name, label!);
  }
  return labels;
}

function locks(labels: Labels): object {
  return JSON.parse(lockText(labels));
}

function differences(locked: Labels, now: Labels): string[] {
  const names = [...new Set([...locked.keys(), ...now.keys()])].sort();
  return names.flatMap((name) =>
    difference(locked.get(name), now.get(name)).map((line) =>
      line.replace(/^([-+]) /, `$1 ${name}.`)
    )
  );
}
