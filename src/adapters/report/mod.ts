/**
 * Reports of calls for people: an HTML page for many calls, and a picture for a
 * tool's label. Neither loads anything.
 *
 * ```ts
 * import { ToolRegistry } from "@cortexai/sandbox";
 * import { type LoggedCall, loggedCall, reportPage } from "@cortexai/sandbox/report";
 *
 * await using tools = new ToolRegistry();
 * const calls: LoggedCall[] = [];
 * calls.push(loggedCall("greet", await tools.call("greet", { name: "you" })));
 * const page = reportPage(calls, { title: "An agent's calls" });
 * console.log(page.includes("UnknownTool")); // true
 * ```
 *
 * @module
 */

export { type CallLog, readCallLog } from "./call_log.ts";
export { type LabelContents, labelPicture } from "./label_picture.ts";
export { type LoggedCall, loggedCall } from "./logged_call.ts";
export { type ReportOptions, reportPage } from "./report_page.ts";
