import { assert, assertEquals } from "@std/assert";
import { serveMcp } from "../../../src/adapters/mcp/mod.ts";
import { conformanceTools } from "./conformance_tools.ts";

const SUITE = "npm:@modelcontextprotocol/conformance@0.1.16";
const EXPECTED = new URL("expected_failures.yml", import.meta.url);

/** What a server of tools has no part in. */
const NO_PART = /sampling|elicitation|resources|prompts|completion/;

Deno.test("Every server scenario of the conformance suite passes that is about tools", async () => {
  await using tools = await conformanceTools();
  await using server = serveMcp(tools, { http: {} });
  const { code, stdout, stderr } = await runSuite(server.url!, [
    "--expected-failures",
    EXPECTED.pathname,
  ]);
  const summary = stdout.slice(stdout.indexOf("=== SUMMARY ==="));
  assertEquals(code, 0, `${summary}\n${stderr}`);
  const passed = [...summary.matchAll(/^✓ (\S+):/gm)].map(([, name]) => name);
  assert(passed.length >= 13, summary);
  assert(passed.includes("tools-call-with-progress"), summary);
});

Deno.test("Schemas keep every keyword of JSON Schema 2020-12", async () => {
  await using tools = await conformanceTools();
  await using server = serveMcp(tools, { http: {} });
  const scenario = ["--scenario", "json-schema-2020-12"];
  const { code, stdout, stderr } = await runSuite(server.url!, scenario);
  assertEquals(code, 0, `${stdout}\n${stderr}`);
});

Deno.test("Only what a server of tools has no part in may fail", async () => {
  const lines = (await Deno.readTextFile(EXPECTED)).split("\n");
  const names = lines.filter((line) => line.startsWith("  - "));
  assert(names.length > 0);
  for (const name of names) assert(NO_PART.test(name), name);
});

async function runSuite(url: string, flags: readonly string[]) {
  // It writes its results where it runs.
  const cwd = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-config",
        SUITE,
        "server",
        "--url",
        url,
        ...flags,
      ],
      cwd,
      env: { NO_COLOR: "1" },
      signal: AbortSignal.timeout(60_000),
    }).output();
    const decoder = new TextDecoder();
    return {
      code,
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr),
    };
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}
