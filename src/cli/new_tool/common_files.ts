/** The common files of new tools: settings, a test, a README. */

import { VERSION } from "../version.ts";

/** Texts by the paths of their files. */
export type Files = Readonly<Record<string, string>>;

const PACKAGE = `jsr:@cortexai/sandbox@^${VERSION}`;

/** The schema of every new tool, except its name. */
export const SCHEMA = {
  description: "Greets somebody",
  parameters: {
    type: "object",
    properties: {
      name: { type: "string", description: "Who is greeted" },
    },
    required: ["name"],
  },
} as const;

/** The parameters of the files. */
export interface ToolPlan {
  readonly name: string;
  /** The file that is loaded. */
  readonly file: string;
  /** The command that builds it, if needed. */
  readonly build?: string;
  /** The README's text about requirements. */
  readonly needs: string;
}

/** Settings, a test and a README. */
export function commonFiles(plan: ToolPlan): Files {
  const { name, file, build, needs } = plan;
  const building = build === undefined ? "" : "deno task build && ";
  const settings = {
    unstable: ["worker-options"],
    imports: { "@cortexai/sandbox": PACKAGE },
    tasks: {
      ...build !== undefined && { build },
      test: `${building}deno test --allow-read=.`,
      call:
        `${building}deno run --unstable-worker-options --allow-read=. ${PACKAGE}/tool-runner call ${file}`,
    },
  };
  return {
    "deno.json": `${JSON.stringify(settings, null, 2)}\n`,
    [`${name}_test.ts`]: testText(plan),
    "README.md": readme(name, needs),
  };
}

function testText({ name, file }: ToolPlan): string {
  return `import { SandboxedTool } from "@cortexai/sandbox";

Deno.test("${name} greets", async () => {
  await using tool = await SandboxedTool.load(
    new URL("./${file}", import.meta.url),
  );
  const answer = JSON.stringify(await tool.execute({ name: "you" }));
  if (answer !== '{"hello":"you"}') throw new Error(\`It answered \${answer}\`);
});
`;
}

/** A README of two commands. */
export function readme(name: string, needs: string): string {
  return `# ${name}

A tool for models, in a sandbox: what it may use is what it is granted.
${needs}

\`\`\`sh
deno task test
deno task call '{"name":"you"}'
\`\`\`
`;
}
