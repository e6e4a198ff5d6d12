/** The verb `new`. */

import { quote } from "../../quote.ts";
import { ON } from "../change_flags.ts";
import type { Files } from "../new_tool/common_files.ts";
import { LANGUAGES, type WriteTool } from "../new_tool/languages.ts";
import type { Outcome } from "../outcome.ts";
import { writing } from "../named_file.ts";
import { UsageError } from "../usage_error.ts";
import type { VerbInput } from "./verb_input.ts";

/** An identifier in every language; reserved words are checked separately. */
const NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 64;
const WORDS = new Set(
  "arguments as async auto await bool box break case char class const continue crate cx def default defer do double dyn else enum execute extern false final float fn for func func go goto if impl import in inline int interface is json let long loop macro main map match mod move mut name new none not null or override package pass priv pub raise range ref register return run schema sdk self short signed sizeof static struct super switch test text this trait true try type typedef typeof union unsafe unsized use var virtual void volatile where while with yield"
    .split(" "),
);

/** Writes a working tool with its test in a new folder. */
export async function newTool(input: VerbInput): Promise<Outcome> {
  const { operands: [name = ""] } = input;
  const toFiles = languageOf(input);
  if (!NAME.test(name) || name.length > MAX_NAME_LENGTH || WORDS.has(name)) {
    throw new UsageError(
      `Cannot make a tool named ${
        quote(name)
      }: a name has lower-case letters, digits and _ between them, at most ${MAX_NAME_LENGTH}, and is not a word of a language`,
    );
  }
  const files = await toFiles(name);
  await write(name, files, input);
  return {
    ok: true,
    value: { folder: name, files: Object.keys(files) },
    text: `Made ${name}. Now:\n  cd ${name}\n  deno task test\n`,
  };
}

async function write(
  folder: string,
  files: Files,
  { terminal }: VerbInput,
): Promise<void> {
  await writing(quote(folder), async () => {
    await terminal.makeFolder(folder);
    for (const [path, text] of Object.entries(files)) {
      const [inner] = path.split("/");
      if (inner !== path) await terminal.makeFolder(`${folder}/${inner}`);
      await terminal.writeFile(`${folder}/${path}`, text);
    }
  });
}

function languageOf({ flags }: VerbInput): WriteTool {
  const given = [...LANGUAGES].filter(([flag]) =>
    (flags.get(flag) ?? []).includes(ON)
  );
  const [[, write] = []] = given;
  if (write && given.length === 1) return write;
  const known = [...LANGUAGES.keys()].map((flag) => `--${flag}`).join(", ");
  throw new UsageError(`Cannot make a tool: name one language of ${known}`);
}
