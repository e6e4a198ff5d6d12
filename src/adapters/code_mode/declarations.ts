/** TypeScript declarations of tools for the prompt: short and deterministic. */

import { type CodeTools, type JsonSchema, namedTools } from "./code_tool.ts";
import type { NamedTool } from "./code_tool.ts";

const MAX_DEPTH = 6;
const MAX_MEMBERS = 100;
const MAX_TYPE_LENGTH = 4_000;
/** More members or values do not fit in that. */
const MAX_PARTS = 1_000;
const MAX_COMMENT_LENGTH = 300;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** The declaration of `tools`, in the order that they were given. */
export function declarations(tools: CodeTools): string {
  return declare(namedTools(tools).values());
}

/** A folder of tools, by the parts of their names. */
interface Folder {
  readonly tools: Map<string, NamedTool>;
  readonly folders: Map<string, Folder>;
}

/** The declaration of tools that have their names. */
export function declare(tools: Iterable<NamedTool>): string {
  const root: Folder = { tools: new Map(), folders: new Map() };
  for (const tool of tools) {
    const parts = tool.name.split(".");
    const last = parts.pop()!;
    let folder = root;
    for (const part of parts) {
      let next = folder.folders.get(part);
      if (!next) {
        next = { tools: new Map(), folders: new Map() };
        folder.folders.set(part, next);
      }
      folder = next;
    }
    folder.tools.set(last, tool);
  }
  return `declare const tools: ${folderType(root, "")};\n`;
}

function folderType({ tools, folders }: Folder, indent: string): string {
  const inner = `${indent}  `;
  const lines = [...tools].map(([name, tool]) => method(name, tool, inner));
  for (const [name, folder] of folders) {
    lines.push(`${inner}${name}: ${folderType(folder, inner)};\n`);
  }
  return `{\n${lines.join("")}${indent}}`;
}

function method(name: string, tool: NamedTool, indent: string): string {
  const { description, parameters, outputSchema } = tool;
  const comment = description ? `${indent}${commentOf(description)}\n` : "";
  const given = parameters ? typeOf(parameters) : "unknown";
  const optional = given === "{}" || needsNothing(parameters) ? "?" : "";
  const answer = outputSchema ? typeOf(outputSchema) : "unknown";
  return `${comment}${indent}${name}(args${optional}: ${given}): Promise<${answer}>;\n`;
}

function needsNothing(schema: JsonSchema | undefined): boolean {
  if (!schema || schema["type"] !== "object") return false;
  const required = schema["required"];
  return !Array.isArray(required) || required.length === 0;
}

function commentOf(text: string): string {
  const line = text.replace(/\s+/g, " ").trim().replaceAll("*/", "*\\/");
  return line.length > MAX_COMMENT_LENGTH
    ? `/** ${line.slice(0, MAX_COMMENT_LENGTH)}… */`
    : `/** ${line} */`;
}

/** The type of a schema; `unknown` if it is too large. */
function typeOf(schema: JsonSchema): string {
  const text = new TypeWriter(schema).type(schema, 0);
  return text.length > MAX_TYPE_LENGTH ? "unknown" : text;
}

/** Writes types of untrusted schemas; unknown constructs become `unknown`. */
class TypeWriter {
  readonly #root: JsonSchema;
  /** Members that may still be written, all together. */
  #left = MAX_MEMBERS;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  type(schema: unknown, depth: number): string {
    if (!isObject(schema) || depth > MAX_DEPTH || this.#left-- <= 0) {
      return "unknown";
    }
    const { $ref, enum: values, anyOf, oneOf, allOf, type } = schema;
    if (typeof $ref === "string") return this.type(this.#find($ref), depth + 1);
    if ("const" in schema) return literal(schema["const"]);
    if (Array.isArray(values)) {
      return values.length > MAX_PARTS ? "unknown" : union(values.map(literal));
    }
    const some = anyOf ?? oneOf;
    if (Array.isArray(some)) {
      return union(some.map((one) => this.type(one, depth + 1)));
    }
    if (Array.isArray(allOf)) {
      const parts = allOf.map((one) => this.type(one, depth + 1));
      return [...new Set(parts)].join(" & ") || "unknown";
    }
    if (Array.isArray(type)) {
      return union(type.map((one) => this.#named(one, schema, depth)));
    }
    return this.#named(type, schema, depth);
  }

  #named(type: unknown, schema: JsonSchema, depth: number): string {
    switch (type) {
      case "string":
      case "boolean":
      case "null":
        return type;
      case "number":
      case "integer":
        return "number";
      case "array":
        return this.#array(schema, depth);
      case "object":
        return this.#object(schema, depth);
      default:
        return "properties" in schema ? this.#object(schema, depth) : "unknown";
    }
  }

  #array({ items, prefixItems }: JsonSchema, depth: number): string {
    if (Array.isArray(prefixItems)) {
      const parts = prefixItems.map((one) => this.type(one, depth + 1));
      return `[${parts.join(", ")}]`;
    }
    const item = this.type(items, depth + 1);
    return /^[\w{][^|&]*$/.test(item) ? `${item}[]` : `(${item})[]`;
  }

  #object(schema: JsonSchema, depth: number): string {
    const { properties, required, additionalProperties } = schema;
    const needed = new Set(Array.isArray(required) ? required : []);
    const all = Object.entries(isObject(properties) ? properties : {});
    if (all.length > MAX_PARTS) return "Record<string, unknown>";
    const members = all
      .map(([key, value]) => {
        const name = IDENTIFIER.test(key) ? key : JSON.stringify(key);
        const optional = needed.has(key) ? "" : "?";
        return `${describe(value)}${name}${optional}: ${
          this.type(value, depth + 1)
        }`;
      });
    if (isObject(additionalProperties)) {
      const rest = this.type(additionalProperties, depth + 1);
      if (members.length === 0) return `Record<string, ${rest}>`;
      members.push(`[key: string]: ${rest}`);
    }
    if (members.length > 0) return `{ ${members.join("; ")} }`;
    return additionalProperties === false || isObject(properties)
      ? "{}"
      : "Record<string, unknown>";
  }

  /** Resolves references within the schema, by plain names only. */
  #find(reference: string): unknown {
    if (!reference.startsWith("#")) return undefined;
    let found: unknown = this.#root;
    for (const part of reference.slice(1).split("/").filter(Boolean)) {
      if (!isObject(found) || !Object.hasOwn(found, part)) return undefined;
      found = found[part];
    }
    return found;
  }
}

function describe(schema: unknown): string {
  if (!isObject(schema)) return "";
  const { description } = schema;
  return typeof description === "string" && description !== ""
    ? `${commentOf(description)} `
    : "";
}

function literal(value: unknown): string {
  return value === null || typeof value !== "object"
    ? JSON.stringify(value) ?? "unknown"
    : "unknown";
}

function union(types: readonly string[]): string {
  const all = [...new Set(types)];
  return all.includes("unknown") || all.length === 0
    ? "unknown"
    : all.join(" | ");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
