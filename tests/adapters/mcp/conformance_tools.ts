/** The tools that the conformance suite calls, all of them sandboxed. */

import { type JsonValue, ToolRegistry } from "../../../mod.ts";
import { scriptedTool, type Step } from "./scripted_tool.ts";

/** One red pixel. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
/** A header, and no sound behind it. */
const WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

const image = { type: "image", data: PNG, mimeType: "image/png" };

interface ConformanceTool {
  readonly parameters?: JsonValue;
  readonly steps?: readonly Step[];
  readonly content?: readonly { readonly [key: string]: JsonValue }[];
  readonly isError?: boolean;
}

const TOOLS: Readonly<Record<string, ConformanceTool>> = {
  test_simple_text: {
    content: [text("This is a simple text response for testing.")],
  },
  test_image_content: { content: [image] },
  test_audio_content: {
    content: [{ type: "audio", data: WAV, mimeType: "audio/wav" }],
  },
  test_embedded_resource: {
    content: [{
      type: "resource",
      resource: {
        uri: "test://embedded-resource",
        mimeType: "text/plain",
        text: "This is an embedded resource content.",
      },
    }],
  },
  test_multiple_content_types: {
    content: [text("Multiple content types test:"), image, {
      type: "resource",
      resource: {
        uri: "test://mixed-content-resource",
        mimeType: "application/json",
        text: '{"test":"data","value":123}',
      },
    }],
  },
  test_error_handling: {
    content: [text("This tool intentionally returns an error for testing")],
    isError: true,
  },
  test_tool_with_progress: {
    steps: [progress(0), { waitMs: 50 }, progress(50), { waitMs: 50 }, {
      ...progress(100),
    }],
    content: [text("Done")],
  },
  test_tool_with_logging: {
    steps: [
      { print: "Tool execution started\n" },
      { waitMs: 50 },
      { print: '{"level":"info","message":"Tool processing data"}\n' },
      { waitMs: 50 },
      { print: "Tool execution completed\n" },
    ],
    content: [text("Done")],
  },
  json_schema_2020_12_tool: {
    parameters: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      $defs: {
        address: {
          type: "object",
          properties: {
            street: { type: "string" },
            city: { type: "string" },
          },
        },
      },
      properties: {
        name: { type: "string" },
        address: { $ref: "#/$defs/address" },
      },
      additionalProperties: false,
    },
    content: [text("Done")],
  },
};

/** Loads all of them. */
export async function conformanceTools(): Promise<ToolRegistry> {
  const tools = new ToolRegistry();
  for (const [name, tool] of Object.entries(TOOLS)) {
    const { content = [], isError = false, steps = [], parameters } = tool;
    const schema = {
      name,
      description: `Of the conformance suite: ${name}`,
      ...parameters === undefined ? {} : { parameters },
      metadata: { mcp: { answers: "content" } },
    };
    const answer = { content: [...content], isError };
    await tools.load(scriptedTool({ schema, steps, answer }));
  }
  return tools;
}

function text(text: string): { type: "text"; text: string } {
  return { type: "text", text };
}

function progress(progress: number): { print: string } {
  return { print: `{"progress":${progress},"total":100}\n` };
}
