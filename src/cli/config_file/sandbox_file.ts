/** Parses sandbox.json: the tools, and their limits and grants. */

import { isAbsolute } from "@std/path/is-absolute";
import { join } from "@std/path/join";
import {
  type JsonValue,
  type SandboxOptions,
  ToolSandbox,
} from "../../../mod.ts";
import type { ChangePolicy } from "../../adapters/mcp/mod.ts";
import { quote } from "../../quote.ts";
import { UsageError } from "../usage_error.ts";
import {
  CODE_GRANT_MEMBERS,
  CODE_MEMBERS,
  FILE_MEMBERS,
  GRANT_MEMBERS,
  LIMIT_MEMBERS,
  TOOL_MEMBERS,
} from "./file_members.ts";
import { JsonLines, type JsonPath } from "./json_lines.ts";

/** Limits and grants as written in the file, without values of secrets. */
export interface Terms {
  readonly limits: { readonly [name: string]: JsonValue };
  readonly grants: { readonly [name: string]: JsonValue };
}

/** A tool to serve. */
export interface ToolEntry {
  /** Where it is requested, such as `sandbox.json, line 12`. */
  readonly where: string;
  /** The path or URL as written there, for the lock file. */
  readonly written: string;
  /** The path or URL to read. */
  readonly source: string;
  /** The name under which it is served; its own by default. */
  readonly name: string | undefined;
  readonly integrity: string | undefined;
  /** The file with the schema of a program. */
  readonly schema: string | undefined;
  readonly terms: Terms;
  /** What happens to its changes in overlays. */
  readonly changes: ChangePolicy | undefined;
  readonly options: SandboxOptions;
}

/** The content of sandbox.json. */
export interface SandboxFile {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly description: string | undefined;
  readonly instructions: string | undefined;
  /** Limits and grants of a tool `code` for programs that call the tools. */
  readonly code: SandboxOptions | undefined;
  readonly tools: readonly ToolEntry[];
}

const CHANGE_POLICIES: readonly ChangePolicy[] = ["return", "drop", "commit"];

type JsonObject = { readonly [key: string]: JsonValue };

/** Reads an environment variable, if it is set. */
export type Environment = (name: string) => string | undefined;

/**
 * Parses the text of a file.
 *
 * @param path The path of the file: paths in it are relative to its folder.
 * @param environment Provides the values of secrets; without it, tools get no
 * grants, which is enough to read their schemas.
 * @throws {UsageError} that names the line of the first invalid member.
 */
export async function parseSandboxFile(
  path: string,
  text: string,
  environment: Environment | undefined,
): Promise<SandboxFile> {
  return await new FileReader(path, text, environment).read();
}

/** Whether a source is downloaded. */
export function isRemote(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

class FileReader {
  readonly #path: string;
  readonly #folder: string;
  readonly #value: JsonValue;
  readonly #lines: JsonLines;
  readonly #environment: Environment | undefined;

  constructor(
    path: string,
    text: string,
    environment: Environment | undefined,
  ) {
    this.#path = path;
    this.#folder = join(path, "..");
    this.#environment = environment;
    try {
      this.#value = JSON.parse(text);
    } catch (error) {
      const { message } = error as Error;
      throw new UsageError(`Cannot read ${path} as JSON: ${message}`);
    }
    this.#lines = new JsonLines(text);
  }

  async read(): Promise<SandboxFile> {
    const file = this.#object([], this.#value, FILE_MEMBERS);
    const terms = this.#terms([], file);
    const { tools } = file;
    if (!Array.isArray(tools)) throw this.#wrong(["tools"], "a list", tools);
    const entries: ToolEntry[] = [];
    for (const [i, tool] of tools.entries()) {
      entries.push(await this.#tool(["tools", i], tool, terms));
    }
    return {
      name: this.#text([], file, "name"),
      version: this.#text([], file, "version"),
      description: this.#text([], file, "description"),
      instructions: this.#text([], file, "instructions"),
      code: await this.#code(file.code),
      tools: entries,
    };
  }

  /** Programs are granted what is named here, and nothing of the file's. */
  async #code(
    value: JsonValue | undefined,
  ): Promise<SandboxOptions | undefined> {
    if (value === undefined || value === false) return undefined;
    if (value === true) return {};
    if (typeof value !== "object") {
      throw this.#wrong(["code"], "true or false, or an object", value);
    }
    const code = this.#object(["code"], value, CODE_MEMBERS);
    const terms = this.#terms(["code"], code, CODE_GRANT_MEMBERS);
    return await this.#options(["code"], terms);
  }

  async #tool(
    path: JsonPath,
    value: JsonValue,
    common: Terms,
  ): Promise<ToolEntry> {
    const tool = typeof value === "string"
      ? { source: value }
      : this.#object(path, value, TOOL_MEMBERS);
    const written = this.#text(path, tool, "source");
    if (!written) throw this.#wrong([...path, "source"], "a path or URL", "");
    const integrity = this.#text(path, tool, "integrity");
    if (isRemote(written) && integrity === undefined) {
      throw this.#bad(path, `${quote(written)} needs its integrity`);
    }
    const schema = this.#text(path, tool, "schema");
    const own = this.#terms(path, tool);
    this.#checkReasons([...path, "reasons"], tool.reasons);
    const terms = {
      limits: { ...common.limits, ...own.limits },
      grants: { ...common.grants, ...own.grants },
    };
    return {
      where: `${this.#path}, line ${this.#lines.of(path)}`,
      written,
      source: this.#located(written),
      name: this.#text(path, tool, "name"),
      integrity,
      schema: schema === undefined ? undefined : this.#located(schema),
      terms,
      changes: this.#changes(path, terms),
      options: await this.#options(path, terms),
    };
  }

  #terms(
    path: JsonPath,
    holder: JsonObject,
    grantMembers: readonly string[] = GRANT_MEMBERS,
  ): Terms {
    const { limits = {}, grants = {} } = holder;
    return {
      limits: this.#object([...path, "limits"], limits, LIMIT_MEMBERS),
      grants: this.#object([...path, "grants"], grants, grantMembers),
    };
  }

  #changes(
    path: JsonPath,
    { grants: { changes } }: Terms,
  ): ChangePolicy | undefined {
    const policy = CHANGE_POLICIES.find((one) => one === changes);
    if (changes === undefined || policy) return policy;
    throw this.#wrong(
      [...path, "grants", "changes"],
      "return, drop or commit",
      changes,
    );
  }

  async #options(path: JsonPath, terms: Terms): Promise<SandboxOptions> {
    const { limits, grants: { changes: _, ...grants } } = terms;
    const granted: { [name: string]: unknown } = {
      ...grants,
      ...grants.allowedPaths === undefined
        ? {}
        : { allowedPaths: this.#folders(path, grants.allowedPaths) },
      ...grants.secrets === undefined
        ? {}
        : { secrets: this.#secrets(path, grants.secrets) },
    };
    const options = this.#environment ? { ...limits, ...granted } : limits;
    try {
      await new ToolSandbox(options as SandboxOptions).close();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw this.#bad(this.#blamed(path, error.message), error.message);
    }
    return options as SandboxOptions;
  }

  /** The member to which a message of the builder refers. */
  #blamed(path: JsonPath, message: string): JsonPath {
    const [, name = ""] = /^Cannot set (\w+)/.exec(message) ?? [];
    const isLimit = LIMIT_MEMBERS.some((one) => one === name);
    const member = [isLimit ? "limits" : "grants", name];
    return this.#lines.has([...path, ...member])
      ? [...path, ...member]
      : member;
  }

  #folders(path: JsonPath, value: JsonValue): JsonObject {
    const at = [...path, "grants", "allowedPaths"];
    const grants = this.#object(at, value);
    return Object.fromEntries(
      Object.entries(grants).map(([guest, grant]) => {
        if (typeof grant === "string") return [guest, this.#located(grant)];
        const { host, overlay, ...rest } = this.#object([...at, guest], grant);
        if (typeof host !== "string") {
          throw this.#wrong([...at, guest, "host"], "a path", host);
        }
        return [guest, {
          ...rest,
          ...overlay !== undefined &&
            { overlay: this.#overlay([...at, guest, "overlay"], overlay) },
          host: this.#located(host),
        }];
      }),
    );
  }

  #overlay(path: JsonPath, value: JsonValue): JsonValue {
    if (typeof value === "boolean") return value;
    const { spillDirectory, ...rest } = this.#object(path, value);
    if (spillDirectory === undefined) return rest;
    if (typeof spillDirectory !== "string") {
      throw this.#wrong([...path, "spillDirectory"], "a path", spillDirectory);
    }
    return { ...rest, spillDirectory: this.#located(spillDirectory) };
  }

  /**
   * The file says where to find the value of a secret, never the value itself.
   */
  #secrets(path: JsonPath, value: JsonValue): JsonObject {
    const at = [...path, "grants", "secrets"];
    return Object.fromEntries(
      Object.entries(this.#object(at, value)).map(([name, secret]) => {
        const where = [...at, name];
        const { env, hosts } = this.#object(where, secret, ["env", "hosts"]);
        if (typeof env !== "string") {
          throw this.#wrong([...where, "env"], "a variable's name", env);
        }
        const value = this.#environment?.(env);
        if (this.#environment && value === undefined) {
          throw this.#bad([...where, "env"], `variable ${env} is not set`);
        }
        return [name, { value: value ?? "", hosts: hosts ?? [] }];
      }),
    );
  }

  /** Only for people: they have no effect. */
  #checkReasons(path: JsonPath, reasons: JsonValue | undefined): void {
    const all = this.#object(path, reasons ?? {});
    for (const name of Object.keys(all)) this.#text(path, all, name);
  }

  #located(written: string): string {
    if (isRemote(written) || isAbsolute(written)) return written;
    return join(this.#folder, written);
  }

  #object(
    path: JsonPath,
    value: JsonValue | undefined,
    known?: readonly string[],
  ): JsonObject {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw this.#wrong(path, "an object", value);
    }
    const unknown = known &&
      Object.keys(value).find((name) => !known.includes(name));
    if (unknown === undefined) return value;
    throw this.#bad(
      [...path, unknown],
      `${quote(unknown)} is unknown, there are ${known!.join(", ")}`,
    );
  }

  #text(
    path: JsonPath,
    holder: JsonObject,
    member: string,
  ): string | undefined {
    const value = holder[member];
    if (value === undefined || typeof value === "string") return value;
    throw this.#wrong([...path, member], "a string", value);
  }

  #wrong(
    path: JsonPath,
    wanted: string,
    got: JsonValue | undefined,
  ): UsageError {
    const shown = got === undefined ? "nothing" : JSON.stringify(got);
    const what = path.length === 0 ? "the file" : path.join(".");
    return this.#bad(
      path,
      `${what} is not ${wanted}, got ${shown.slice(0, 100)}`,
    );
  }

  #bad(path: JsonPath, why: string): UsageError {
    return new UsageError(
      `Cannot use ${this.#path}, line ${this.#lines.of(path)}: ${why}`,
    );
  }
}
