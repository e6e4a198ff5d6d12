/** The verb `inspect`. */

import {
  inspectModule,
  type ModuleInspection,
  SandboxedTool,
  type ToolSchema,
} from "../../../mod.ts";
import { inspectionText } from "../inspection_text.ts";
import { writing } from "../named_file.ts";
import type { Outcome } from "../outcome.ts";
import { fromSource } from "../source.ts";
import { quote } from "../../quote.ts";
import type { VerbInput } from "./verb_input.ts";

/** A module that does not tell its schema by then is not a tool to use. */
const ASKING = { maxExecutionTime: 2_000, maxWorkers: 1 } as const;

/**
 * Says what a module is and needs. Only a tool that can be used is asked for
 * its schema, in a sandbox without grants.
 */
export async function inspect(input: VerbInput): Promise<Outcome> {
  const { operands: [source = ""], flags } = input;
  const inspection = await fromSource(source, () => inspectModule(source));
  const schema = await askSchema(source, inspection);
  const [picture] = flags.get("picture") ?? [];
  if (picture !== undefined) await draw(picture, inspection, schema, input);
  const value = schema === undefined ? inspection : { ...inspection, schema };
  return { ok: true, value, text: inspectionText(source, inspection, schema) };
}

async function draw(
  path: string,
  inspection: ModuleInspection,
  schema: ToolSchema | undefined,
  { terminal }: VerbInput,
): Promise<void> {
  const { labelPicture } = await import(
    "../../adapters/report/label_picture.ts"
  );
  const picture = labelPicture({ inspection, schema });
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
    // A program that is no tool has none, and what fails to tell is shown
    // without.
    return undefined;
  }
}
