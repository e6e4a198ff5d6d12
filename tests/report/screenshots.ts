/**
 * `deno task screenshots`: renders a report of a short soak and a tool's label
 * in Chromium, light and dark, for the guide. Needs Chromium on the PATH, or
 * its path in CHROMIUM.
 */

import { inspectModule, SandboxedTool } from "../../mod.ts";
import {
  labelPicture,
  type LoggedCall,
  loggedCall,
  reportPage,
} from "../../src/adapters/report/mod.ts";
import { soak } from "../soak/soak.ts";

const GUIDES = new URL("../../fixtures/guides/", import.meta.url);
const TOOL = new URL("../../fixtures/tools/word_stats.wasm", import.meta.url);
const CHROMIUM = Deno.env.get("CHROMIUM") ?? "chromium";

const folder = await Deno.makeTempDir();
await Deno.writeTextFile(`${folder}/report.html`, await soakPage());
await Deno.writeTextFile(`${folder}/label.svg`, await label());
await shoot("report.html", "report_light.png", [900, 1180], "light");
await shoot("report.html", "report_dark.png", [900, 1180], "dark");
await shoot("label.svg", "label.png", [400, 226], "light");
await Deno.remove(folder, { recursive: true });

async function soakPage(): Promise<string> {
  const calls: LoggedCall[] = [];
  await soak({
    calls: 20_000,
    kills: 200,
    inFlight: 8,
    onCall: (tool, result) => calls.push(loggedCall(tool, result)),
  });
  return reportPage(calls, { title: "A soak of 20 000 calls" });
}

async function label(): Promise<string> {
  await using tool = await SandboxedTool.load(TOOL);
  return labelPicture({
    inspection: await inspectModule(TOOL),
    schema: tool.schema(),
  });
}

async function shoot(
  page: string,
  picture: string,
  [width, height]: readonly [number, number],
  scheme: "light" | "dark",
): Promise<void> {
  const { success, stderr } = await new Deno.Command(CHROMIUM, {
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--hide-scrollbars",
      `--user-data-dir=${folder}/profile`,
      `--blink-settings=preferredColorScheme=${scheme === "dark" ? 0 : 1}`,
      `--window-size=${width},${height}`,
      `--screenshot=${new URL(picture, GUIDES).pathname}`,
      `file://${folder}/${page}`,
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(
      new TextDecoder("utf-8", { ignoreBOM: false }).decode(stderr),
    );
  }
  console.log(`fixtures/guides/${picture}`);
}
