/** The verb `report`. */

import { reading, writing } from "../named_file.ts";
import type { Outcome } from "../outcome.ts";
import { quote } from "../../quote.ts";
import type { VerbInput } from "./verb_input.ts";

const PAGE = "report.html";

/** Creates a report page of the calls in logs. */
export async function report(
  { operands, flags, terminal }: VerbInput,
): Promise<Outcome> {
  const { readCallLog } = await import("../../adapters/report/call_log.ts");
  const { reportPage } = await import("../../adapters/report/report_page.ts");
  const texts: string[] = [];
  for (const path of operands) {
    const bytes = await reading(
      `log ${quote(path)}`,
      () => terminal.readFile(path),
    );
    texts.push(new TextDecoder("utf-8", { ignoreBOM: false }).decode(bytes));
  }
  const { calls, unreadable } = readCallLog(texts.join("\n"));
  const [title] = flags.get("title") ?? [];
  const page = reportPage(calls, {
    unreadable,
    ...title !== undefined && { title },
  });
  const path = flags.get("output")?.[0] ?? PAGE;
  await writing(quote(path), () => terminal.writeFile(path, page));
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
