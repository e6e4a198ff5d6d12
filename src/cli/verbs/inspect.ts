/** The verb `inspect`. */

import {
  inspectModule,
  type ModuleInspection,
  SandboxedTool,
  type ToolSchema,
} from "../../../mod.ts";
import type { LabelContents } from "../../adapters/report/mod.ts";
import { inspectionText, scriptText } from "../inspection_text.ts";
import { writing } from "../named_file.ts";
import type { Outcome } from "../outcome.ts";
import { isScriptName } from "../script_name.ts";
import { fromSource } from "../source.ts";
import { quote } from "../../quote.ts";
import type { VerbInput } from "./verb_input.ts";

/** Limits for reading a module's schema. */
const ASKING = { maxExecutionTime: 2_000, maxWorkers: 1 } as const;

/**
 * Prints what a module is and needs. The schema of a usable tool is read in a
 * sandbox without grants.
 */
export async function inspect(input: VerbInput): Promise<Outcome> {
  const { operands: [source = ""], flags } = input;
  if (isScriptName(source)) return await inspectScript(source, input);
  const inspection = await fromSource(source, () => inspectModule(source));
  const schema = await askSchema(source, inspection);
  const [picture] = flags.get("picture") ?? [];
  if (picture !== undefined) await draw(picture, { inspection, schema }, input);
  const value = schema === undefined ? inspection : { ...inspection, schema };
  return { ok: true, value, text: inspectionText(source, inspection, schema) };
}

/** A script is inspected by loading it in a sandbox without grants. */
async function inspectScript(
  source: string,
  input: VerbInput,
): Promise<Outcome> {
  await using tool = await fromSource(
    source,
    () => SandboxedTool.load(source, ASKING),
  );
  const { files = {} } = tool;
  const schema = tool.schema();
  const [picture] = input.flags.get("picture") ?? [];
  if (picture !== undefined) await draw(picture, { files, schema }, input);
  const value = { kind: "script", files, schema };
  return { ok: true, value, text: scriptText(source, files, schema) };
}

async function draw(
  path: string,
  contents: LabelContents,
  { terminal }: VerbInput,
): Promise<void> {
  const { labelPicture } = await import(
    "../../adapters/report/label_picture.ts"
  );
  const picture = labelPicture(contents);
  await writing(quote(path), () => terminal.writeFile(path, picture));
}

async function askSchema(
  source: string,
  { roles, refusals, sha256 }: ModuleInspection,
): Promise<ToolSchema | undefined> {
  const mayBeTool = roles.includes("tool") || roles.includes("command");
  if (!mayBeTool || refusals.length > 0) return undefined;
  try {
    const integrity = `sha256-${sha256}`;
    await using tool = await SandboxedTool.load(source, ASKING, { integrity });
    return tool.schema();
  } catch {
    // A program that is not a tool has no schema, and failures are shown
    // without one.
    return undefined;
  }
}
