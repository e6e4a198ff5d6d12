/** The verb `report`. */

import type { Outcome } from "../outcome.ts";
import { UsageError } from "../usage_error.ts";
import { quote } from "../../quote.ts";
import type { VerbInput } from "./verb_input.ts";

const PAGE = "report.html";

/** Makes a page of the calls in logs. */
export async function report(
  { operands, flags, terminal }: VerbInput,
): Promise<Outcome> {
  const { readCallLog } = await import("../../adapters/report/call_log.ts");
  const { reportPage } = await import("../../adapters/report/report_page.ts");
  const texts: string[] = [];
  for (const path of operands) {
    const bytes = await read(path, () => terminal.readFile(path));
    texts.push(new TextDecoder("utf-8", { ignoreBOM: false }).decode(bytes));
  }
  const { calls, unreadable } = readCallLog(texts.join("\n"));
  const [title] = flags.get("title") ?? [];
  const page = reportPage(calls, {
    unreadable,
    ...title !== undefined && { title },
  });
  const path = flags.get("output")?.[0] ?? PAGE;
  try {
    await terminal.writeFile(path, page);
  } catch (error) {
    throw new UsageError(
      `Cannot write ${quote(path)}: ${(error as Error).message}`,
    );
  }
  const value = { path, calls: calls.length, unreadable };
  const left = unreadable === 0
    ? ""
    : `; lines that could not be read: ${unreadable}`;
  return {
    ok: true,
    value,
    text: `Wrote ${calls.length} calls to ${path}${left}\n`,
  };
}

async function read<T>(path: string, from: () => Promise<T>): Promise<T> {
  try {
    return await from();
  } catch (error) {
    throw new UsageError(
      `Cannot read log ${quote(path)}: ${(error as Error).message}`,
    );
  }
}
